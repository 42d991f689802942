import {
  closeSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { failure, type Result, success } from '../../../shared/problem';

/**
 * What an interrupted attempt has finished. It lives in the folder that is being filled; its first line says for which
 * inputs, so that an attempt with others starts anew. An item is written down only after its bytes are on the disk,
 * and every item can be done again without harm: merged weights are always computed from the model's own.
 */
export interface Journal {
  /** True when an earlier attempt is continued. */
  readonly isResumed: boolean;
  has(item: string): boolean;
  add(item: string): void;
  close(): void;
}

const NAME = 'sdprompt-merge.journal';

/** Opens or starts the journal of a folder, making the folder. Fails with `already-there` for one that has none. */
export function openJournal(folder: string, key: string): Result<Journal> {
  const file = path.join(folder, NAME);
  const done = new Set<string>();
  let isResumed = false;
  const there = lstatSync(folder, { throwIfNoEntry: false });
  if (there) {
    // Neither a link nor a file of the user's own by this name is ever written through or removed.
    if (!there.isDirectory() || !lstatSync(file, { throwIfNoEntry: false })?.isFile())
      return failure(
        'already-there',
        `${folder} is in the way, and no unfinished merge.`,
        'Remove it, or choose another name with -o.',
      );
    const [first, ...items] = readFileSync(file, 'utf8').split('\n');
    if (first === key) {
      // A line without its end was being written when the attempt stopped.
      for (const item of items.slice(0, -1)) done.add(item);
      isResumed = done.size > 0;
    } else rmSync(folder, { recursive: true });
  }
  mkdirSync(folder, { recursive: true });
  const descriptor = openSync(file, isResumed ? 'a' : 'w');
  const write = (line: string) => {
    writeSync(descriptor, `${line}\n`);
    fsyncSync(descriptor);
  };
  if (!isResumed) write(key);
  return success({
    isResumed,
    has: (item) => done.has(item),
    add(item) {
      done.add(item);
      write(item);
    },
    close: () => closeSync(descriptor),
  });
}

/** Takes the journal out of a finished folder. */
export function removeJournal(folder: string): void {
  rmSync(path.join(folder, NAME));
}
