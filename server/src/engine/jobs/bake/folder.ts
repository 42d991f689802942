import { readdirSync, statfsSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { failure, type Result } from '../../../shared/problem';
import type { JobHooks } from '../job';
import type { CopyHooks } from './copyBytes';

/** Files of a model, absolute. */
export interface ModelFiles {
  readonly copied: readonly string[];
  /** Why files are not in the result, in words. */
  readonly notes: readonly string[];
}

/**
 * Every file below a model's folder that is copied as it is. Hidden ones are bookkeeping of other programs; a second graph beside
 * a merged one may use the data that is being changed, and is left out.
 *
 * @param rewritten graphs and data files that are written anew, absolute
 */
export function filesToCopy(root: string, rewritten: ReadonlySet<string>): ModelFiles {
  const copied: string[] = [];
  const notes: string[] = [];
  const changedFolders = new Set([...rewritten].map((file) => path.dirname(file)));
  const walk = (folder: string, depth: number) => {
    for (const name of readdirSync(folder).sort()) {
      if (name.startsWith('.')) continue;
      const file = path.join(folder, name);
      const stats = statSync(file, { throwIfNoEntry: false });
      // A folder is followed through a link only so far: links can make a circle.
      if (stats?.isDirectory() && depth < 8) walk(file, depth + 1);
      else if (stats?.isFile() && !rewritten.has(file)) {
        if (changedFolders.has(folder) && name.endsWith('.onnx'))
          notes.push(`${path.relative(root, file)} is left out: it may share weights with the merged graph.`);
        else copied.push(file);
      }
    }
  };
  walk(root, 0);
  return { copied, notes };
}

/** Fails with `disk-full` where the result would not fit. */
export function roomFor(folder: string, needed: number): Result<never> | undefined {
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  if (free >= needed) return undefined;
  const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;
  return failure(
    'disk-full',
    `The merged model takes ${gigabytes(needed)}; ${gigabytes(free)} are free in ${folder}.`,
    'Make room, or write it to another disk with -o.',
  );
}

/** Tells the job's share of bytes done, in hundredths. */
export function progressOf(hooks: JobHooks, total: number): CopyHooks {
  let done = 0;
  let last = -1;
  return {
    isCancelled: hooks.isCancelled,
    wrote(bytes) {
      done += bytes;
      const step = Math.min(100, Math.floor((100 * done) / Math.max(1, total)));
      if (step !== last) hooks.progress({ phase: 'merge', step, of: 100 });
      last = step;
    },
  };
}

/** Has a folder's own entries on the disk. Not every platform can open a folder; there it does nothing. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}
