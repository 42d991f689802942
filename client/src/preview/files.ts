import { readdir, unlink } from 'node:fs/promises';
import * as path from 'node:path';
import { surplus } from './fileNames';

/** Pictures kept in the extension's own storage: some hundred megabytes at most, and a long evening's work. */
const KEEP = 200;

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
