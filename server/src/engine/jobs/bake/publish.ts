import { closeSync, linkSync, mkdirSync, openSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { failure, type Result, success } from '../../../shared/problem';

/** What file systems without hard links answer. */
const NO_LINKS: ReadonlySet<string> = new Set([
  'EPERM',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EMLINK',
  'EXDEV',
  'EINVAL',
]);

/**
 * Gives a finished file its final name and never replaces another one: by a hard link, which fails where the name is
 * taken; on file systems without links by exclusive create of the name and a rename over it. The caller holds the
 * output's lock.
 *
 * Errors: `already-there`.
 */
export function publishFile(partial: string, output: string): Result<undefined> {
  try {
    linkSync(partial, output);
    rmSync(partial);
    return success(undefined);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return taken(output);
    if (!NO_LINKS.has(code)) throw error;
  }
  try {
    closeSync(openSync(output, 'wx'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return taken(output);
    throw error;
  }
  renameSync(partial, output);
  return success(undefined);
}

/**
 * Gives a finished folder its final name and never replaces another one: the name is taken by making an empty folder,
 * which the rename then replaces. Errors: `already-there`.
 */
export function publishFolder(partial: string, output: string): Result<undefined> {
  try {
    mkdirSync(output);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return taken(output);
    throw error;
  }
  // Windows replaces no folder, not even an empty one.
  if (process.platform === 'win32') rmdirSync(output);
  renameSync(partial, output);
  return success(undefined);
}

function taken(output: string): Result<never> {
  return failure(
    'already-there',
    `${output} is there already.`,
    'Choose another name with -o, or remove it; nothing is overwritten.',
  );
}
