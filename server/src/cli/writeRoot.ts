import { existsSync, lstatSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { failure, type Result, success } from '../shared/problem';
import { CONFIG_NAMES } from '../workspace/config/configuration';

const MARKS = [...CONFIG_NAMES, '.git'];

/**
 * The folder that a file may be written in: the nearest one above it with a configuration or `.git`; without one the
 * argument that the file was found by, else the file's own folder. Links are not followed here.
 *
 * @param args absolute paths of the command's arguments
 */
export function writeRoot(file: string, args: readonly string[] = []): string {
  const own = path.dirname(file);
  for (let folder = own; ; folder = path.dirname(folder)) {
    if (MARKS.some((name) => existsSync(path.join(folder, name)))) return folder;
    if (folder === path.dirname(folder)) break;
  }
  const given = args.filter((arg) => isInside(arg, file) && arg !== file);
  return given.sort((a, b) => b.length - a.length)[0] ?? own;
}

/**
 * Whether a file may be written: it must not lie behind a link that leads out of its root, so that a repository of
 * prompts cannot have other files rewritten.
 *
 * Errors: `link-outside`.
 */
export function checkWritable(file: string, shown: string, args?: readonly string[]): Result<undefined> {
  const root = writeRoot(file, args);
  const real = realPath(file);
  if (real !== undefined && isInside(realPath(root) ?? root, real)) return success(undefined);
  return failure(
    'link-outside',
    `${shown} is a link, or lies behind one, to a file outside ${path.basename(root)}; it was left as it is.`,
    'Run the command on the file itself, in its own folder.',
  );
}

/** The path without links; of a file that is not there yet, its folder's. Undefined for a link that leads nowhere. */
function realPath(file: string): string | undefined {
  try {
    return realpathSync(file);
  } catch {
    if (lstatSync(file, { throwIfNoEntry: false })) return undefined;
    const parent = path.dirname(file);
    const folder = parent === file ? undefined : realPath(parent);
    return folder && path.join(folder, path.basename(file));
  }
}

function isInside(folder: string, file: string): boolean {
  const relative = path.relative(folder, file);
  return relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}
