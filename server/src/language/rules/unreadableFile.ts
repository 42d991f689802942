import type { Rule } from './rule';

/**
 * Reports what keeps a wildcard file or a `styles.csv` from being read. It has no check of its own: the code that reads the file
 * knows its format, and publishes what was found under this name.
 */
export const unreadableFile: Rule = {
  id: 'unreadable-file',
  description: 'A wildcard file or styles.csv, or a part of it, is not read by its program.',
  tags: ['repository'],
  severity: 'error',
  fixable: 'no',
  check() {},
};
