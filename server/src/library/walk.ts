import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { findPreview } from './metadata/preview';
import { isPickleName } from './pickle';
import { inWalkOrder } from './resolve/natural';
import { type FoundSidecar, findSidecars, type Siblings, siblingsOf } from './sidecarFiles';

/** A model file found in a library folder. */
export interface FoundFile {
  readonly path: string;
  /** Relative to the library folder, with `/`. */
  readonly relativePath: string;
  readonly folder: string;
  /** Number of the drive it is on, as the system gives it. */
  readonly device: string;
  readonly stem: string;
  readonly sidecars: readonly FoundSidecar[];
  /** Absolute path of its preview picture. */
  readonly previewPath?: string;
}

export interface WalkResult {
  /** In the order the web UI reads them. */
  readonly files: readonly FoundFile[];
  /** Every folder that was entered: what a watcher watches. */
  readonly folders: readonly string[];
}

const EXTENSIONS = new Set(['.safetensors', '.sft']);
/** Depth at which a folder is left alone; nobody sorts LoRAs that deep, but a broken mount may. */
const MAX_DEPTH = 32;

/**
 * Lists the model files below a folder. Links are followed, each real folder is entered once, so loops end; hidden
 * files and folders are skipped; folders that cannot be read count as empty.
 */
export async function walkFolder(root: string): Promise<WalkResult> {
  const files: FoundFile[] = [];
  const folders: string[] = [];
  const entered = new Set<string>();

  async function enter(folder: string, relative: string, depth: number): Promise<void> {
    const stats = await stat(folder, { bigint: true }).catch(() => undefined);
    if (!stats?.isDirectory() || depth > MAX_DEPTH) return;
    const device = String(stats.dev);
    // The same for every path that leads to one real folder.
    const identity = `${device}:${stats.ino}`;
    if (entered.has(identity)) return;
    entered.add(identity);
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => undefined);
    if (!entries) return;
    folders.push(folder);
    const siblings = siblingsOf(entries.map(({ name }) => name).filter((name) => !isModelName(name)));
    const accompanied = stemsOf(siblings);
    const below: string[] = [];
    const add = (name: string, on: string): void => {
      if (!isModelName(name)) return;
      const companions = accompanied.has(stemOf(name).toLowerCase()) ? siblings : NOBODY;
      files.push(describe(folder, relative, name, on, companions));
    };
    for (const entry of entries) {
      if (entry.name.startsWith('.')) continue;
      if (entry.isDirectory()) below.push(entry.name);
      else if (entry.isFile()) add(entry.name, device);
      else if (entry.isSymbolicLink()) {
        const target = await stat(join(folder, entry.name)).catch(() => undefined);
        if (target?.isDirectory()) below.push(entry.name);
        else if (target?.isFile()) add(entry.name, String(target.dev));
      }
    }
    for (const name of below) await enter(join(folder, name), `${relative}${name}/`, depth + 1);
  }

  await enter(root, '', 0);
  return { files: inWalkOrder(files, ({ relativePath }) => relativePath), folders };
}

function stemOf(name: string): string {
  return name.slice(0, name.length - extname(name).length);
}

function isModelName(name: string): boolean {
  return EXTENSIONS.has(extname(name).toLowerCase()) || isPickleName(name);
}

const NOBODY: Siblings = new Map();

/** Every stem that a file could belong to: `mira.preview.png` is beside `mira` or `mira.preview`. */
function stemsOf(siblings: Siblings): Set<string> {
  const stems = new Set<string>();
  for (const name of siblings.keys()) {
    for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1))
      stems.add(name.slice(0, dot));
  }
  return stems;
}

function describe(
  folder: string,
  relative: string,
  name: string,
  device: string,
  siblings: Siblings,
): FoundFile {
  const stem = stemOf(name);
  const preview = findPreview(stem, siblings);
  return {
    path: join(folder, name),
    relativePath: relative + name,
    folder,
    device,
    stem,
    sidecars: findSidecars(stem, siblings),
    ...(preview !== undefined && { previewPath: join(folder, preview) }),
  };
}
