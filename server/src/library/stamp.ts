import { type Stats, statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Drive } from './drive';
import type { FoundFile } from './walk';

/** What decides whether facts still hold: size and time of the file and of its sidecars. */
export interface FileStamp {
  readonly size: number;
  readonly modified: number;
  /** One string for everything, compared as a whole. */
  readonly key: string;
}

/** Looks at sizes and times only. Undefined when the file is gone. */
export async function stampOf(file: FoundFile, drive: Drive): Promise<FileStamp | undefined> {
  const stats = await look(file.path, drive);
  if (!stats) return undefined;
  let key = `${stats.size} ${stats.mtimeMs}`;
  for (const { name } of file.sidecars) {
    const side = await look(join(file.folder, name), drive);
    if (side) key += `|${name} ${side.size} ${side.mtimeMs}`;
  }
  if (file.previewPath !== undefined) key += `|${file.previewPath}`;
  return { size: stats.size, modified: Math.round(stats.mtimeMs), key };
}

function look(path: string, drive: Drive): Promise<Stats | undefined> {
  return drive.ask(
    () => lookNow(path),
    () => stat(path).catch(() => undefined),
  );
}

function lookNow(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
