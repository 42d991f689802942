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
export type Stamper = (file: FoundFile) => Promise<FileStamp | undefined>;

/** Looks in a row whose average tells whether a drive is fast. */
const TRIAL = 16;
/** A drive that answers within this, milliseconds, queueing included, is asked directly. */
const FAST_MS = 5;
/** One direct look that takes longer ends them for good: no drive may hold up the program twice. */
const SLOW_MS = 10;
/** Direct looks before others get their turn. */
const TURN = 100;

/**
 * Stamps files. Thousands of asynchronous looks take most of a warm start, nearly all of it waiting for threads; on a
 * drive that has proved fast the look is made directly, with a way back at the first slow answer.
 */
export function createStamper(): Stamper {
  let asked = 0;
  let waited = 0;
  let direct: boolean | undefined;
  let turn = 0;

  async function look(path: string): Promise<Stats | undefined> {
    const start = performance.now();
    if (direct) {
      if (++turn % TURN === 0) await new Promise(setImmediate);
      const before = performance.now();
      const stats = lookNow(path);
      if (performance.now() - before > SLOW_MS) direct = false;
      return stats;
    }
    const stats = await stat(path).catch(() => undefined);
    waited += performance.now() - start;
    if (++asked === TRIAL && direct === undefined) direct = waited / TRIAL < FAST_MS;
    return stats;
  }

  return async (file) => {
    const stats = await look(file.path);
    if (!stats) return undefined;
    let key = `${stats.size} ${stats.mtimeMs}`;
    for (const { name } of file.sidecars) {
      const side = await look(join(file.folder, name));
      if (side) key += `|${name} ${side.size} ${side.mtimeMs}`;
    }
    if (file.previewPath !== undefined) key += `|${file.previewPath}`;
    return { size: stats.size, modified: Math.round(stats.mtimeMs), key };
  };
}

function lookNow(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
