import type { Dirent } from 'node:fs';
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
    const identity = await identityOf(folder);
    if (identity === undefined || entered.has(identity) || depth > MAX_DEPTH) return;
    entered.add(identity);
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => undefined);
    if (!entries) return;
    folders.push(folder);
    const siblings = siblingsOf(entries.map(({ name }) => name).filter((name) => !isModelName(name)));
    const accompanied = stemsOf(siblings);
    const below: string[] = [];
    for (const entry of entries) {
      if (entry.name.startsWith('.')) continue;
      const kind = await kindOf(folder, entry);
      if (kind === 'folder') below.push(entry.name);
      else if (kind === 'file' && isModelName(entry.name)) {
        const stem = entry.name.slice(0, entry.name.length - extname(entry.name).length);
        const companions = accompanied.has(stem.toLowerCase()) ? siblings : NOBODY;
        files.push(describe(folder, relative, entry.name, stem, companions));
      }
    }
    for (const name of below) await enter(join(folder, name), `${relative}${name}/`, depth + 1);
  }

  await enter(root, '', 0);
  return { files: inWalkOrder(files, ({ relativePath }) => relativePath), folders };
}

function isModelName(name: string): boolean {
  return EXTENSIONS.has(extname(name).toLowerCase()) || isPickleName(name);
}

async function kindOf(folder: string, entry: Dirent): Promise<'file' | 'folder' | 'other'> {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'folder';
  if (!entry.isSymbolicLink()) return 'other';
  const target = await stat(join(folder, entry.name)).catch(() => undefined);
  return target?.isFile() ? 'file' : target?.isDirectory() ? 'folder' : 'other';
}

/** The same for every path that leads to one real folder. */
async function identityOf(folder: string): Promise<string | undefined> {
  const stats = await stat(folder, { bigint: true }).catch(() => undefined);
  return stats?.isDirectory() ? `${stats.dev}:${stats.ino}` : undefined;
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
  siblings: Siblings,
): FoundFile {
  const preview = findPreview(stem, siblings);
  return {
    path: join(folder, name),
    relativePath: relative + name,
    folder,
    stem,
    sidecars: findSidecars(stem, siblings),
    ...(preview !== undefined && { previewPath: join(folder, preview) }),
  };
}
