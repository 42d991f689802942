import * as path from 'node:path';
import ignore, { type Ignore } from 'ignore';

/** Patterns written as in .gitignore, relative to a folder. */
export interface Patterns {
  /** `undefined`: no pattern says anything about the path. */
  test(file: string): 'match' | 'negated' | undefined;
}

/**
 * Compiles patterns. A file outside the folder is matched by its whole path, so that a configuration named on the
 * command line can still speak of `*.sdprompt`.
 */
export function createPatterns(folder: string, patterns: string | readonly string[]): Patterns {
  const compiled: Ignore = ignore({ allowRelativePaths: false }).add(patterns as string | string[]);
  return {
    test(file) {
      const relative = relativePosix(folder, file);
      if (relative === '') return undefined;
      const result = compiled.test(relative);
      return result.ignored ? 'match' : result.unignored ? 'negated' : undefined;
    },
  };
}

/** The file's path as the patterns see it: with `/`, without a leading one, a trailing one kept. */
function relativePosix(folder: string, file: string): string {
  const relative = path.relative(folder, file);
  const inside = relative !== '' && !relative.startsWith('..') && !path.isAbsolute(relative);
  const text = inside || relative === '' ? relative : path.relative(path.parse(file).root, file);
  return text.split(path.sep).join('/') + (text !== '' && /[\\/]$/.test(file) ? '/' : '');
}
