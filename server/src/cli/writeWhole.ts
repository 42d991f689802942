import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { failure, type Result, success } from '../shared/problem';

/**
 * Writes a file whole or not at all, making its folder where it is missing.
 *
 * @param shown the file as the user named it
 * Errors: `cannot-write`.
 */
export async function writeWhole(file: string, text: string, shown = file): Promise<Result<undefined>> {
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFileAtomic(file, text);
    return success(undefined);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    return failure(
      'cannot-write',
      `${shown} could not be written (${reason}).`,
      'Check the permissions, and that no folder has this name.',
    );
  }
}
