import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runKind } from '../../../server/src/language/analysis/kinds';

interface Row {
  readonly kind: string;
  readonly input: string;
  readonly options?: Record<string, unknown>;
  readonly expected: unknown;
  /** The reference parser breaks a tie between readings here by a rule of its own; see schedule/tree.ts. */
  readonly tieBreak?: boolean;
}

const FOLDER = join(__dirname, '../../golden/prompt-generated');

/** Random texts with what the documented rules, run in Python, make of them. */
describe('generated texts', () => {
  for (const name of readdirSync(FOLDER).sort()) {
    const rows = readFileSync(join(FOLDER, name), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Row);

    it(`${name}: ${rows.length} texts are read alike`, () => {
      for (const row of rows.filter(({ tieBreak }) => !tieBreak)) {
        const result = runKind(row.kind, row.input, row.options);
        expect([row.input, digits(result.ok ? result.value : result)]).toEqual([
          row.input,
          digits(row.expected),
        ]);
      }
    });

    it(`${name}: hardly a text depends on a tie`, () => {
      expect(rows.filter(({ tieBreak }) => tieBreak).length).toBeLessThanOrEqual(rows.length / 150);
    });
  }
});

function digits(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_key, inner: unknown) =>
      typeof inner === 'number' ? Number(inner.toPrecision(12)) : inner,
    ),
  );
}
