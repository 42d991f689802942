import { access, mkdir, readdir, unlink } from 'node:fs/promises';
import * as path from 'node:path';
import { numbered, pictureName, surplus } from './fileNames';

/** Pictures kept in the extension's own storage: some hundred megabytes at most, and a long evening's work. */
const KEEP = 200;

/**
 * A free path for a new picture in a folder that is made if need be. Two windows may share the folder: the engine
 * writes to a temporary file and renames, so the worst case is the later of two pictures of the same second and seed.
 */
export async function newPicturePath(
  folder: string,
  title: string,
  seed: number,
  now: Date,
): Promise<string> {
  await mkdir(folder, { recursive: true });
  const name = pictureName(now, title, seed);
  for (let n = 1; ; n += 1) {
    const candidate = path.join(folder, numbered(name, n));
    if (!(await exists(candidate))) return candidate;
  }
}

/** Deletes the oldest pictures of the extension's own folder; never called for a folder the user chose. */
export async function prune(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of surplus(names, KEEP)) await unlink(path.join(folder, name)).catch(() => undefined);
}

/** True when `file` lies in one of the folders and nowhere else by way of `..`. */
export function isInside(folders: readonly string[], file: string): boolean {
  if (!path.isAbsolute(file)) return false;
  return folders.some((folder) => {
    const relative = path.relative(folder, file);
    return relative !== '' && !relative.startsWith('..') && !path.isAbsolute(relative);
  });
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
