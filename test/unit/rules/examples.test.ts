import { readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { RULES } from '../../../server/src/language/rules';
import { createLineIndex } from '../../../server/src/language/text/lines';
import { createProject } from '../../../server/src/workspace/project';

const ROOT = path.join(__dirname, '../../..');
const EXAMPLES = path.join(ROOT, 'examples');

/** Rules whose mistake cannot be planted in a prompt: the second needs a measurement. */
const WITHOUT_EXAMPLE = new Set(['internal-rule-error', 'overcooked-stack', 'unreadable-file']);

const project = createProject({
  trusted: true,
  builtInModelPath: path.join(ROOT, 'media/demo-model'),
});
afterAll(() => project.dispose());

/** With `/` on every system. */
const prompts = (folder: string): string[] =>
  readdirSync(path.join(EXAMPLES, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.sdprompt'))
    .map((name) => name.split(path.sep).join('/'))
    .sort();

/** A file in `broken` is called as the rule that it breaks. */
const ruleOf = (name: string): string => path.posix.basename(name, '.sdprompt');

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
    expect(prompts('broken').map(ruleOf).sort()).toEqual(
      RULES.map((rule) => rule.id)
        .filter((id) => !WITHOUT_EXAMPLE.has(id) && id !== 'embedding-at-chunk-end')
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
      ).toContain(ruleOf(name));
      found[name] = places;
    }
    // `npx vitest run test/unit/rules/examples.test.ts -u` writes it anew; read the difference.
    await expect(`${JSON.stringify(found, null, 2)}\n`).toMatchFileSnapshot(
      path.join(EXAMPLES, 'broken/expected.json'),
    );
  });
});
