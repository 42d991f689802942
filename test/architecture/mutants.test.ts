import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { RULES } from '../../server/src/language/rules';
import { row } from '../mutation/main';
import { MUTANTS } from '../mutation/mutants';

const root = path.resolve(import.meta.dirname, '../..');

describe('the list of mutants', () => {
  it.each(MUTANTS)('$of: $why', ({ file, find, replace, test }) => {
    const text = readFileSync(path.join(root, 'server/src/language', file), 'utf8');
    expect(text.split(find)).toHaveLength(2);
    expect(replace).not.toBe(find);
    expect(existsSync(path.join(root, 'test/unit', test))).toBe(true);
  });

  it('breaks every rule, and more than forty things', () => {
    const broken = new Set(MUTANTS.map((mutant) => mutant.of));
    expect(RULES.map(({ id }) => id).filter((id) => !broken.has(id))).toEqual([]);
    expect(MUTANTS.length).toBeGreaterThan(40);
  });

  it('is the one whose results README.md has', () => {
    const page = readFileSync(path.join(root, 'test/mutation/README.md'), 'utf8');
    const rows = page
      .split('\n')
      .filter((line) => /^\| [a-z]+[a-z-]* \|/.test(line) && !line.startsWith('| of |'));
    expect(rows).toEqual(MUTANTS.map((mutant) => row(mutant, true)));
  });
});
