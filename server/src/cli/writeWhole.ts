import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { failure, type Result, success } from '../shared/problem';
import { checkWritable } from './writeRoot';

/**
 * Rewrites a file of the user's prompts, as {@link writeWhole} does, unless a link leads it out of its root.
 *
 * @param args absolute paths of the command's arguments
 * Errors: `link-outside`, `cannot-write`.
 */
export async function rewriteWhole(
  file: string,
  text: string,
  shown: string,
  args?: readonly string[],
): Promise<Result<undefined>> {
  const allowed = checkWritable(file, shown, args);
  return allowed.ok ? writeWhole(file, text, shown) : allowed;
}

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
