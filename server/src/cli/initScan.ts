import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { inspectFile } from '../library/inspect';

/** What `init` found below a folder. Paths are relative, with `/`. */
export interface Findings {
  readonly prompts: number;
  /** Folders with LoRAs, none inside another. */
  readonly loraFolders: readonly string[];
  readonly loras: number;
  /** Architectures of the LoRAs that could be told, with their number. */
  readonly architectures: ReadonlyMap<string, number>;
  readonly embeddingFolders: readonly string[];
  readonly wildcardFolders: readonly string[];
  readonly styleFiles: readonly string[];
  /** Folders with ONNX models and checkpoint files, by the name that prompts would use. */
  readonly models: ReadonlyMap<string, string>;
}

const SKIPPED: ReadonlySet<string> = new Set(['node_modules', 'venv', '__pycache__', 'dist', 'out']);
const MAX_DEPTH = 6;
/** Enough to know a folder by. */
const MAX_INSPECTED_PER_FOLDER = 50;

/** Looks at names everywhere below a folder, and at the headers of safetensors files. Hidden folders are left alone. */
export async function scanForInit(root: string): Promise<Findings> {
  const loraFolders: string[] = [];
  const embeddingFolders: string[] = [];
  const wildcardFolders: string[] = [];
  const styleFiles: string[] = [];
  const models = new Map<string, string>();
  const architectures = new Map<string, number>();
  let prompts = 0;
  let loras = 0;

  async function visit(relative: string, depth: number): Promise<void> {
    const folder = path.join(root, relative);
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    entries.sort((left, right) => (left.name < right.name ? -1 : 1));
    const files = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
    const at = (name: string) => (relative === '' ? name : `${relative}/${name}`);
    if (files.includes('model_index.json')) {
      models.set(path.basename(folder), relative || '.');
      // Its parts are safetensors or ONNX files of their own; none is a LoRA.
      return;
    }
    prompts += files.filter((name) => name.endsWith('.sdprompt')).length;
    if (files.includes('styles.csv')) styleFiles.push(at('styles.csv'));
    const kinds = new Set<string>();
    for (const name of files
      .filter((file) => file.endsWith('.safetensors'))
      .slice(0, MAX_INSPECTED_PER_FOLDER)) {
      const inspection = await inspectFile(path.join(folder, name));
      if (!inspection.ok) continue;
      const { kind, architecture } = inspection.value;
      kinds.add(kind);
      if (kind === 'checkpoint' || kind === 'diffusion-model')
        models.set(path.basename(name, '.safetensors'), at(name));
      if (kind !== 'lora') continue;
      loras++;
      if (architecture !== undefined)
        architectures.set(architecture, (architectures.get(architecture) ?? 0) + 1);
    }
    if (kinds.has('lora')) loraFolders.push(relative || '.');
    if (kinds.has('embedding')) embeddingFolders.push(relative || '.');
    if (/^wildcards?$/i.test(path.basename(folder)) && files.some((name) => /\.(txt|ya?ml)$/.test(name)))
      wildcardFolders.push(relative || '.');
    if (depth === MAX_DEPTH) return;
    for (const entry of entries)
      if (entry.isDirectory() && !entry.name.startsWith('.') && !SKIPPED.has(entry.name))
        await visit(at(entry.name), depth + 1);
  }

  await visit('', 0);
  return {
    prompts,
    loraFolders: outermost(loraFolders),
    loras,
    architectures,
    embeddingFolders: outermost(embeddingFolders),
    wildcardFolders,
    styleFiles,
    models,
  };
}

function outermost(folders: readonly string[]): string[] {
  return folders.filter(
    (folder) =>
      !folders.some((other) => other !== folder && (other === '.' || folder.startsWith(`${other}/`))),
  );
}
