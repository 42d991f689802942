import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { failure, type Result } from '../shared/problem';
import { decodeText, isPicture, MAX_TEXT_BYTES, tooLarge } from './sources';

/**
 * A file's bytes; text files only as large as a prompt may be.
 *
 * @param shown the file as the user named it
 * Errors: `cannot-read`, `file-too-large`.
 */
export async function readBytes(file: string, shown = file): Promise<Result<Uint8Array>> {
  try {
    const stats = await stat(file);
    if (!stats.isFile()) return notAFile(shown, stats);
    const { size } = stats;
    if (size > MAX_TEXT_BYTES && !isPicture(file)) return tooLarge(shown, size);
    return { ok: true, value: await readFile(file) };
  } catch (error) {
    return cannotRead(shown, error);
  }
}

/**
 * The same at once: for thousands of small files the way through the thread pool costs several times the reading. Whoever
 * reads many hands control back now and then, so that Ctrl+C is heard.
 */
export function readBytesNow(file: string, shown = file): Result<Uint8Array> {
  try {
    // Without O_NONBLOCK opening a pipe waits for somebody who writes to it.
    const handle = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const stats = fstatSync(handle);
      if (!stats.isFile()) return notAFile(shown, stats);
      const { size } = stats;
      if (size > MAX_TEXT_BYTES && !isPicture(file)) return tooLarge(shown, size);
      return { ok: true, value: readWhole(handle, size) };
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    return cannotRead(shown, error);
  }
}

/** Like `readFileSync`, which asks for the size once more. */
function readWhole(handle: number, size: number): Uint8Array {
  const bytes = Buffer.allocUnsafe(size);
  for (let length = 0; length < size; ) {
    const read = readSync(handle, bytes, length, size - length, null);
    if (read === 0) return bytes.subarray(0, length);
    length += read;
  }
  return bytes;
}

/** Devices and pipes have no end that could be waited for. */
function notAFile(shown: string, stats: Stats): Result<never> {
  return stats.isDirectory()
    ? failure('cannot-read', `${shown} is a folder.`, 'Name the files in it.')
    : failure('cannot-read', `${shown} is a device or a pipe, not a file.`, 'Pass its text on with --stdin.');
}

function cannotRead(shown: string, error: unknown): Result<never> {
  const reason = (error as NodeJS.ErrnoException).code;
  const why = reason === 'ENOENT' ? 'it does not exist' : reason;
  return failure('cannot-read', `${shown} could not be read: ${why}.`, 'Check the name and the permissions.');
}

/** A prompt file's text without a byte order mark. Errors: those of `readBytes`, `not-utf8`. */
export async function readText(file: string, shown = file): Promise<Result<string>> {
  const bytes = await readBytes(file, shown);
  return bytes.ok ? decodeText(shown, bytes.value) : bytes;
}
