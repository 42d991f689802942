import { readdir, stat } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
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
/** Depth from which folders are not entered: only a broken mount is that deep. */
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
    const models: { name: string; on: string }[] = [];
    const others: string[] = [];
    const below: string[] = [];
    for (const entry of entries) {
      const { name } = entry;
      const isModel = isModelName(name);
      if (!isModel) others.push(name);
      if (name.startsWith('.')) continue;
      if (entry.isDirectory()) below.push(name);
      else if (entry.isFile()) {
        if (isModel) models.push({ name, on: device });
      } else if (entry.isSymbolicLink()) {
        const target = await stat(join(folder, name)).catch(() => undefined);
        if (target?.isDirectory()) below.push(name);
        else if (isModel && target?.isFile()) models.push({ name, on: String(target.dev) });
      }
    }
    const siblings = siblingsOf(others);
    const accompanied = stemsOf(siblings);
    for (const { name, on } of models) {
      const stem = stemOf(name);
      const companions = accompanied.has(stem.toLowerCase()) ? siblings : NOBODY;
      files.push(describe(folder, relative, name, stem, on, companions));
    }
    for (const name of below) await enter(join(folder, name), `${relative}${name}/`, depth + 1);
  }

  await enter(normalize(root), '', 0);
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
  stem: string,
  device: string,
  siblings: Siblings,
): FoundFile {
  const preview = findPreview(stem, siblings);
  return {
    // What `join` gives, thousands of times quicker: the folder is one already.
    path: folder.endsWith(sep) ? folder + name : folder + sep + name,
    relativePath: relative + name,
    folder,
    device,
    stem,
    sidecars: findSidecars(stem, siblings),
    ...(preview !== undefined && { previewPath: join(folder, preview) }),
  };
}
