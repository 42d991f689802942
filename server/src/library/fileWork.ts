import * as fs from 'node:fs';
import * as later from 'node:fs/promises';
import { promisify } from 'node:util';

/** One call of the file system, in its blocking and in its asynchronous form. */
export interface FileCall<T = unknown> {
  readonly now: () => T;
  readonly later: () => Promise<T>;
}

/**
 * Work on files that is written once and can be run with blocking or with asynchronous calls: a generator that yields
 * each call it needs and continues with its result, or with its error thrown. Start it with `yield*` inside other work,
 * and with `runNow` or `runLater` elsewhere.
 */
export type FileWork<T> = Generator<FileCall, T, unknown>;

/** One call as work. */
export function* call<T>(now: () => T, later: () => Promise<T>): FileWork<T> {
  return (yield { now, later }) as T;
}

/** Runs work with blocking calls. For local drives: one that does not answer blocks the whole process. */
export function runNow<T>(work: FileWork<T>): T {
  let step = work.next();
  while (!step.done) {
    let result: unknown;
    try {
      result = step.value.now();
    } catch (error) {
      step = work.throw(error);
      continue;
    }
    step = work.next(result);
  }
  return step.value;
}

/** Runs work with asynchronous calls. */
export async function runLater<T>(work: FileWork<T>): Promise<T> {
  let step = work.next();
  while (!step.done) {
    let result: unknown;
    try {
      result = await step.value.later();
    } catch (error) {
      step = work.throw(error);
      continue;
    }
    step = work.next(result);
  }
  return step.value;
}

/** Size, time and kind of what a path leads to, links followed; undefined when there is none or it cannot be reached. */
export function* statsOf(path: string): FileWork<fs.Stats | undefined> {
  try {
    return yield* call(
      () => fs.statSync(path, { throwIfNoEntry: false }),
      () => later.stat(path),
    );
  } catch {
    return undefined;
  }
}

/** The longest text that is read where a caller names no limit: indexes of large libraries have some tens of megabytes. */
const MAX_TEXT_BYTES = 256 * 2 ** 20;

/**
 * A file's text; undefined when it is no file, is longer than `maxBytes` or cannot be read. Kind and size are looked at
 * first: a device or a pipe would never end.
 */
export function* textOf(path: string, maxBytes = MAX_TEXT_BYTES): FileWork<string | undefined> {
  const stats = yield* statsOf(path);
  if (!stats?.isFile() || stats.size > maxBytes) return undefined;
  try {
    return yield* call(
      () => fs.readFileSync(path, 'utf8'),
      () => later.readFile(path, 'utf8'),
    );
  } catch {
    return undefined;
  }
}

const openLater = promisify(fs.open);
const readLater = promisify(fs.read);
const fstatLater = promisify(fs.fstat);
const closeLater = promisify(fs.close);

/** Opens a file for reading and returns its descriptor. */
export function openFile(path: string): FileWork<number> {
  return call(
    () => fs.openSync(path, 'r'),
    () => openLater(path, 'r'),
  );
}

/** Bytes of an open file. */
export function* sizeOf(descriptor: number): FileWork<number> {
  const stats = yield* call(
    () => fs.fstatSync(descriptor),
    () => fstatLater(descriptor),
  );
  return stats.size;
}

/** Fills `into` from a position of an open file; returns how many bytes there were. */
export function readAt(descriptor: number, into: Buffer, position: number): FileWork<number> {
  return call(
    () => fs.readSync(descriptor, into, 0, into.length, position),
    async () => (await readLater(descriptor, into, 0, into.length, position)).bytesRead,
  );
}

export function closeFile(descriptor: number): FileWork<void> {
  return call(
    () => fs.closeSync(descriptor),
    () => closeLater(descriptor),
  );
}
