import { readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { RULES } from '../../../server/src/language/rules';
import { createLineIndex } from '../../../server/src/language/text/lines';
import { createProject } from '../../../server/src/workspace/project';

const ROOT = path.join(__dirname, '../../..');
const EXAMPLES = path.join(ROOT, 'examples');

/** Rules whose mistake cannot be planted with the built-in model alone. */
const WITHOUT_EXAMPLE = new Set([
  ...['unknown-embedding', 'lockfile-mismatch', 'internal-rule-error'],
  // Needs a measurement, which no text can hold.
  'overcooked-stack',
]);

const project = createProject({
  trusted: true,
  builtInModelPath: path.join(ROOT, 'media/demo-model'),
});
afterAll(() => project.dispose());

const prompts = (folder: string): string[] =>
  readdirSync(path.join(EXAMPLES, folder))
    .filter((name) => name.endsWith('.sdprompt'))
    .sort();

async function placesIn(
  folder: string,
  name: string,
): Promise<{ rule: string; line: number; column: number }[]> {
  const file = path.join(EXAMPLES, folder, name);
  const text = readFileSync(file, 'utf8');
  const lines = createLineIndex(text);
  return (await project.lintText(file, text)).map(({ ruleId, range }) => {
    const { line, character } = lines.positionAt(range.start);
    return { rule: ruleId, line: line + 1, column: character + 1 };
  });
}

describe('examples', () => {
  it.each(prompts('good'))('good/%s has no finding', async (name) => {
    expect(await placesIn('good', name)).toEqual([]);
  });

  it('broken has one file for each rule', () => {
    const names = prompts('broken').map((name) => name.replace(/\.sdprompt$/, ''));
    expect(names).toEqual(
      RULES.map((rule) => rule.id)
        .filter((id) => !WITHOUT_EXAMPLE.has(id))
        .sort(),
    );
  });

  it('broken has the planted mistakes, and expected.json says where', async () => {
    const found: Record<string, unknown> = {};
    for (const name of prompts('broken')) {
      const places = await placesIn('broken', name);
      expect(
        places.map(({ rule }) => rule),
        name,
      ).toContain(name.replace(/\.sdprompt$/, ''));
      found[name] = places;
    }
    // `npx vitest run test/unit/rules/examples.test.ts -u` writes it anew; read the difference.
    await expect(`${JSON.stringify(found, null, 2)}\n`).toMatchFileSnapshot(
      path.join(EXAMPLES, 'broken/expected.json'),
    );
  });
});
