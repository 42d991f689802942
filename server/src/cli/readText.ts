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
    const { size } = await stat(file);
    if (size > MAX_TEXT_BYTES && !isPicture(file)) return tooLarge(shown, size);
    return { ok: true, value: await readFile(file) };
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code;
    const why = reason === 'ENOENT' ? 'it does not exist' : reason;
    return failure(
      'cannot-read',
      `${shown} could not be read: ${why}.`,
      'Check the name and the permissions.',
    );
  }
}

/** A prompt file's text without a byte order mark. Errors: those of `readBytes`, `not-utf8`. */
export async function readText(file: string, shown = file): Promise<Result<string>> {
  const bytes = await readBytes(file, shown);
  return bytes.ok ? decodeText(shown, bytes.value) : bytes;
}
