import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { EMPTY_ENVIRONMENT } from '../../../server/src/language/environment';
import { fixAll } from '../../../server/src/language/rules/fix';
import { lint } from '../../../server/src/language/rules/run';
import { parse } from '../../../server/src/language/syntax/parse';

interface Row {
  readonly style: string;
  readonly language: string;
  readonly kind: string;
  readonly text: string;
  readonly expected: readonly string[];
}

const FOLDER = path.join(__dirname, '../../corpus');
const rows = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.jsonl'))
  .flatMap((name) => readFileSync(path.join(FOLDER, name), 'utf8').trimEnd().split('\n'))
  .map((line) => JSON.parse(line) as Row);

const targets = ['a1111', 'forge', 'sdnext'] as const;

describe('realistic prompts', () => {
  it('are 300, of ten styles and six languages', () => {
    expect(new Set(rows.map(({ text }) => text)).size).toBe(300);
    expect(new Set(rows.map(({ style }) => style)).size).toBe(10);
    expect(new Set(rows.map(({ language }) => language)).size).toBe(6);
  });
  it.each(targets)('raise no false alarm for %s', (target) => {
    const wrong = rows.flatMap(({ text, expected }) => {
      const found = lint(parse(text), { ...EMPTY_ENVIRONMENT, target }).map(({ ruleId }) => ruleId);
      return found.join() === expected.join() ? [] : [{ text, found }];
    });
    expect(wrong).toEqual([]);
  });
  it('are left as they are by --fix where nothing is reported', () => {
    for (const { text, expected } of rows) {
      if (expected.length > 0) continue;
      const fixed = fixAll(text, (now) => lint(parse(now), EMPTY_ENVIRONMENT), { unsafe: false });
      expect(fixed.text).toBe(text);
    }
  });
});
