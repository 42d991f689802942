import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runKind } from '../../../server/src/language/dialects';

interface Row {
  readonly kind: string;
  readonly input: string;
  readonly options?: Record<string, unknown>;
  readonly expected: unknown;
}

const FOLDER = join(__dirname, '../../golden/prompt-generated');

/** Random texts with what the documented rules, run in Python, make of them. */
describe('generated texts', () => {
  for (const name of readdirSync(FOLDER)
    .filter((file) => file.endsWith('.jsonl'))
    .sort()) {
    const rows = readFileSync(join(FOLDER, name), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Row);

    it(`${name}: ${rows.length} texts are read alike`, () => {
      for (const row of rows) {
        const result = runKind(row.kind, row.input, row.options);
        expect([row.input, digits(result.ok ? result.value : result)]).toEqual([
          row.input,
          digits(row.expected),
        ]);
      }
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
