import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { KINDS, runKind } from '../../../server/src/language/dialects';
import { type GoldenRow, goldenKinds, goldenRows } from '../analysis/golden';

interface Scope {
  readonly outOfScope: Record<string, string>;
  readonly knownDifferences: { kind: string; input: unknown; result: unknown; reason: string }[];
}

const scope = JSON.parse(readFileSync(join(__dirname, '../../golden/prompt/scope.json'), 'utf8')) as Scope;

/** Kinds whose expected value names only the fields the upstream test looks at. */
const PARTIAL = new Set(['infotext_civitai']);

describe('golden kinds', () => {
  it('are implemented or listed as out of scope with a reason, never both', () => {
    for (const kind of goldenKinds()) {
      const reason = scope.outOfScope[kind] ?? '';
      expect([kind, KINDS.includes(kind) !== reason.length > 10]).toEqual([kind, true]);
    }
    expect(Object.keys(scope.outOfScope).filter((kind) => !goldenKinds().includes(kind))).toEqual([]);
  });

  for (const kind of goldenKinds().filter((name) => KINDS.includes(name))) {
    describe(kind, () => {
      goldenRows(kind).forEach((row, index) => {
        it(`${index + 1} ${JSON.stringify(row.input).slice(0, 80)} ${JSON.stringify(row.options ?? {})}`, () => {
          const result = runKind(kind, row.input, row.options);
          if (!result.ok) throw new Error(result.problem.message);
          check(row, JSON.parse(JSON.stringify(result.value)) as unknown);
        });
      });
    });
  }
});

function check(row: GoldenRow, actual: unknown): void {
  const difference = scope.knownDifferences.find(
    (entry) =>
      entry.kind === row.kind &&
      JSON.stringify(entry.input) === JSON.stringify(row.input) &&
      row.note !== undefined,
  );
  if (difference !== undefined) expect(actual).toEqual(difference.result);
  else if (row.kind === 'attention_fork_strict' && !Array.isArray(row.expected)) checkContained(row, actual);
  else if (row.kind === 'infotext_civitai' && 'resources_contains' in (row.expected as object))
    checkResources(row, actual);
  else if (row.kind === 'krita_infotext_write') expect(actual).toContain(row.expected);
  else if (PARTIAL.has(row.kind)) expect(actual).toMatchObject(row.expected as object);
  else if (typeof row.expected === 'object' && row.expected !== null && 'error' in row.expected)
    expect(actual).toHaveProperty('error', expect.stringContaining(String(row.expected.error)));
  else if (row.origin === 'upstream-doc') expect(close(actual)).toMatchObject(close(row.expected) as object);
  else expect(close(actual)).toEqual(close(row.expected));
}

/** Numbers to twelve digits: the order of multiplications is the program's, the last bit is the platform's. */
function close(value: unknown): unknown {
  if (typeof value === 'number') return Number(value.toPrecision(12));
  if (Array.isArray(value)) return value.map(close);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, close(inner)]));
}

function checkContained(row: GoldenRow, actual: unknown): void {
  const expected = row.expected as { contains: unknown[]; break_markers: number };
  const runs = actual as [string, number][];
  for (const run of expected.contains) expect(runs).toContainEqual(run);
  expect(runs.filter(([text, weight]) => text === 'BREAK' && weight === -1)).toHaveLength(
    expected.break_markers,
  );
}

function checkResources(row: GoldenRow, actual: unknown): void {
  const expected = row.expected as { resources_contains: object[]; weight_absent_for: string };
  const { resources } = actual as { resources: { name: string }[] };
  for (const resource of expected.resources_contains)
    expect(resources).toContainEqual(expect.objectContaining(resource));
  expect(resources.find((resource) => resource.name === expected.weight_absent_for)).not.toHaveProperty(
    'weight',
  );
}
