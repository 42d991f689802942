import { type Stats, statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FoundFile } from './walk';

/** What decides whether facts still hold: size and time of the file and of its sidecars. */
export interface FileStamp {
  readonly size: number;
  readonly modified: number;
  /** One string for everything, compared as a whole. */
  readonly key: string;
}

/** Looks at sizes and times only. Undefined when the file is gone. */
export async function stampOf(file: FoundFile): Promise<FileStamp | undefined> {
  const stats = await look(file.path);
  if (!stats) return undefined;
  const sides: (Stats | undefined)[] = [];
  for (const { name } of file.sidecars) sides.push(await look(join(file.folder, name)));
  return stampFrom(file, stats, sides);
}

/** As `stampOf`, for a drive that is known to be quick: blocks. */
export function stampNow(file: FoundFile): FileStamp | undefined {
  const stats = lookNow(file.path);
  if (!stats) return undefined;
  const sides = file.sidecars.map(({ name }) => lookNow(join(file.folder, name)));
  return stampFrom(file, stats, sides);
}

function stampFrom(file: FoundFile, stats: Stats, sides: readonly (Stats | undefined)[]): FileStamp {
  let key = `${stats.size} ${stats.mtimeMs}`;
  for (const [index, side] of sides.entries()) {
    if (side) key += `|${file.sidecars[index]!.name} ${side.size} ${side.mtimeMs}`;
  }
  if (file.previewPath !== undefined) key += `|${file.previewPath}`;
  return { size: stats.size, modified: Math.round(stats.mtimeMs), key };
}

function look(path: string): Promise<Stats | undefined> {
  return stat(path).catch(() => undefined);
}

function lookNow(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
