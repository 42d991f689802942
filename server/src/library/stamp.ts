import { join } from 'node:path';
import { type FileWork, statsOf } from './fileWork';
import type { FoundFile } from './walk';

/** What decides whether facts still hold: size and time of the file and of its sidecars. */
export interface FileStamp {
  readonly size: number;
  readonly modified: number;
  /** One string for everything, compared as a whole. */
  readonly key: string;
}

/** Looks at sizes and times only. Undefined when the file does not exist any more. */
export function* stampOf(file: FoundFile): FileWork<FileStamp | undefined> {
  const stats = yield* statsOf(file.path);
  if (!stats) return undefined;
  let key = `${stats.size} ${stats.mtimeMs}`;
  for (const { name } of file.sidecars) {
    const side = yield* statsOf(join(file.folder, name));
    if (side) key += `|${name} ${side.size} ${side.mtimeMs}`;
  }
  if (file.previewPath !== undefined) key += `|${file.previewPath}`;
  return { size: stats.size, modified: Math.round(stats.mtimeMs), key };
}
