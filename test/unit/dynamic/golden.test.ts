import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Expanded, expandAll, expandRandom } from '../../../server/src/language/dialects/dynamic/expand';
import { createWildcardLookup } from '../../../server/src/language/dialects/dynamic/wildcards';
import type { Result } from '../../../server/src/shared/problem';
import type { WildcardLookup } from '../../../server/src/shared/wildcards';
import { nodeFiles } from '../../../server/src/workspace/nodeFiles';
import { readWildcards } from '../../../server/src/workspace/wildcards';

const FOLDER = path.resolve(import.meta.dirname, '../../golden/dynamicprompts');

interface Row {
  readonly template: string;
  readonly kind?: string;
  readonly prompts?: readonly string[];
  readonly also?: readonly string[];
  readonly possible?: readonly string[];
  readonly error?: string;
  readonly seed?: number;
  readonly drawn?: readonly string[];
}

/** The rows of a file; its first line says where they come from. */
function rows(name: string): Row[] {
  const lines = gunzipSync(readFileSync(path.join(FOLDER, name)))
    .toString('utf8')
    .trim()
    .split('\n');
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ program: 'dynamicprompts 0.31.0' });
  return lines.slice(1).map((line) => JSON.parse(line) as Row);
}

/** White space counts as one space where dynamicprompts turns tabs into spaces, and around comments. */
function normal({ kind, template }: Row, text: string): string {
  const isLoose = kind === undefined || kind === 'comment' || template.includes('\t');
  return isLoose ? text.replace(/\s+/g, ' ').trim() : text.trim();
}

function outcome(row: Row, result: Result<Expanded>): string | string[] {
  if (!result.ok) return result.problem.code;
  return [...new Set(result.value.prompts.map((prompt) => normal(row, prompt)))].sort();
}

function wanted(row: Row, prompts: readonly string[]): string[] {
  return [...new Set(prompts.map((prompt) => normal(row, prompt)))].sort();
}

let wildcards: WildcardLookup;

beforeAll(async () => {
  wildcards = createWildcardLookup(await readWildcards(nodeFiles, [path.join(FOLDER, 'wildcards')]));
});

describe('dynamicprompts 0.31.0', () => {
  it('gives the same prompts for 2,000 templates', () => {
    const templates = rows('templates.jsonl.gz');
    expect(templates).toHaveLength(2000);
    for (const row of templates) {
      const got = outcome(row, expandAll(row.template, 201, { wildcards }));
      if (row.error !== undefined)
        expect([row.template, got]).toEqual([row.template, `dynamic-${row.error}`]);
      else if (row.possible)
        expect(wanted(row, row.possible), row.template).toEqual(expect.arrayContaining(got as string[]));
      else {
        const sets = [row.prompts ?? [], ...(row.also ? [row.also] : [])].map((prompts) =>
          wanted(row, prompts),
        );
        expect(
          sets.map((set) => JSON.stringify(set)),
          row.template,
        ).toContain(JSON.stringify(got));
      }
    }
  });

  it('gives the same prompts, and the same draws from a seed, for templates of a random grammar', () => {
    const templates = rows('generated.jsonl.gz');
    expect(templates.length).toBeGreaterThan(3000);
    for (const row of templates) {
      if (row.error !== undefined || row.prompts) {
        const got = outcome(row, expandAll(row.template, 151, { wildcards }));
        expect([row.template, got]).toEqual([
          row.template,
          row.error === undefined ? wanted(row, row.prompts ?? []) : `dynamic-${row.error}`,
        ]);
      }
      if (row.drawn) {
        const drawn = expandRandom(row.template, 4, row.seed ?? 0, { wildcards });
        const texts = drawn.ok
          ? drawn.value.prompts.map((prompt) => normal(row, prompt))
          : drawn.problem.code;
        expect([row.template, texts]).toEqual([row.template, row.drawn.map((text) => normal(row, text))]);
      }
    }
  });
});
