import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { runLater, textOf } from './fileWork';
import { asObject, asStrings } from './metadata/json';

/** A folder of another program that probably holds LoRAs: a suggestion, to be asked about before anything is read. */
export interface SuggestedFolder {
  readonly path: string;
  /** Which program's: `AUTOMATIC1111`, `Forge`, `ComfyUI` … */
  readonly program: string;
}

interface Place {
  readonly program: string;
  /** Folder of the program, relative to where programs are looked for. */
  readonly roots: readonly string[];
  readonly loras: readonly string[];
}

const PLACES: readonly Place[] = [
  {
    program: 'AUTOMATIC1111',
    roots: ['stable-diffusion-webui', 'sd-webui', 'automatic1111'],
    loras: ['models/Lora', 'models/LyCORIS'],
  },
  {
    program: 'Forge',
    roots: ['stable-diffusion-webui-forge', 'webui_forge/webui', 'forge/webui'],
    loras: ['models/Lora', 'webui/models/Lora'],
  },
  { program: 'SD.Next', roots: ['automatic', 'sdnext'], loras: ['models/Lora'] },
  {
    program: 'ComfyUI',
    roots: ['ComfyUI', 'ComfyUI_windows_portable/ComfyUI', 'comfyui', 'Documents/ComfyUI'],
    loras: ['models/loras'],
  },
  {
    program: 'InvokeAI',
    roots: ['invokeai', 'InvokeAI'],
    loras: ['autoimport/lora', 'models/any/lora', 'models/sd-1/lora', 'models/sdxl/lora'],
  },
  { program: 'SwarmUI', roots: ['SwarmUI', 'StableSwarmUI'], loras: ['Models/Lora', 'Models/loras'] },
  {
    program: 'Stability Matrix',
    roots: ['StabilityMatrix/Data', 'Data', 'AppData/Roaming/StabilityMatrix'],
    loras: ['Models/Lora'],
  },
];

/**
 * Looks for LoRA folders of known programs beside a workspace and in the home folder. Looks at those places only,
 * lists no folder's content, and changes nothing: the caller asks the user.
 */
export async function suggestFolders(
  workspaces: readonly string[],
  home = homedir(),
): Promise<SuggestedFolder[]> {
  const bases = new Set<string>();
  for (const workspace of workspaces) {
    bases.add(workspace);
    bases.add(dirname(workspace));
  }
  bases.add(home);
  const found = new Map<string, SuggestedFolder>();
  const offer = async (path: string, program: string): Promise<void> => {
    if (!found.has(path) && (await isFolder(path))) found.set(path, { path, program });
  };
  for (const base of bases) {
    for (const { program, roots, loras } of PLACES) {
      for (const root of ['', ...roots]) {
        const folder = join(base, root);
        // The base itself counts only when it is the program's own folder.
        if (root === '' && !roots.some((name) => folder.endsWith(`/${name}`) || folder.endsWith(`\\${name}`)))
          continue;
        for (const below of loras) await offer(join(folder, below), program);
        if (program === 'ComfyUI') {
          for (const extra of await extraModelPaths(join(folder, 'extra_model_paths.yaml')))
            await offer(extra, program);
        }
      }
    }
  }
  return [...found.values()];
}

/** LoRA folders that ComfyUI's `extra_model_paths.yaml` names; none when there is no such file or it is broken. */
export async function extraModelPaths(file: string): Promise<string[]> {
  const text = await runLater(textOf(file));
  if (text === undefined || text.length > 1_000_000) return [];
  let sections: Record<string, unknown> | undefined;
  try {
    sections = asObject(parse(text, { maxAliasCount: 20 }));
  } catch {
    return [];
  }
  const paths: string[] = [];
  for (const value of Object.values(sections ?? {})) {
    const section = asObject(value);
    if (!section) continue;
    const base = typeof section.base_path === 'string' ? section.base_path : '';
    const start = resolve(dirname(file), base.replace(/^~(?=$|[/\\])/, homedir()));
    for (const entry of asStrings(section.loras).flatMap((lines) => lines.split('\n'))) {
      const path = entry.trim();
      if (path !== '') paths.push(isAbsolute(path) ? path : join(start, path));
    }
  }
  return paths;
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}
