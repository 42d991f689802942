import { readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import { bodyOf, generatedFiles } from '../../../scripts/rule-docs/pages';
import type { Environment } from '../../../server/src/language/environment';
import { RULES } from '../../../server/src/language/rules';
import { lint } from '../../../server/src/language/rules/run';
import { rulePage } from '../../../server/src/language/rules/schema';
import { parse } from '../../../server/src/language/syntax/parse';
import { STUDIO } from './environment';

const FOLDER = path.join(__dirname, '../../../docs/rules');
const read = (name: string): string | undefined => {
  try {
    return readFileSync(path.join(FOLDER, name), 'utf8');
  } catch {
    return undefined;
  }
};

/** Some of the studio's LoRAs were measured: each changes a fifth of a block. */
const MEASURED: Environment = {
  ...STUDIO,
  measured: {
    change: ({ file: { name } }) =>
      ['mira', 'detail', 'film_grain'].includes(name)
        ? [{ block: 'mid_block', change: 2, base: 10 }]
        : undefined,
    overlap: () => undefined,
  },
};

/** Rules whose findings do not come from the text of an example. */
const NO_EXAMPLE = new Set([
  'embedding-at-chunk-end',
  'internal-rule-error',
  'lockfile-mismatch',
  'nesting-too-deep',
  'token-budget',
  'unreadable-file',
]);

describe('docs/rules', () => {
  it('is what `npm run docs` writes', () => {
    for (const [name, text] of generatedFiles(RULES, read)) expect(read(name), name).toBe(text);
  });
  it('has a page for every rule and no other', () => {
    expect(readdirSync(FOLDER).sort()).toEqual([...RULES.map((rule) => `${rule.id}.md`), 'README.md'].sort());
  });
  it('is what the findings link to', () => {
    expect(rulePage('lora-weight')).toMatch(/\/docs\/rules\/lora-weight\.md$/);
  });

  describe.each(RULES.map((rule) => rule.id))('%s', (id) => {
    const body = bodyOf(read(`${id}.md`)) ?? '';
    const section = (title: string): string =>
      new RegExp(`^## ${title}\\n([\\s\\S]*?)(?=^## |$(?![\\s\\S]))`, 'm').exec(body)?.[1] ?? '';
    const examples = (title: string): string[] =>
      [...section(title).matchAll(/^```sdprompt\n([\s\S]*?)^```/gm)].map((match) =>
        (match[1] ?? '').replace(/\n$/, ''),
      );
    const rules = (text: string): string[] =>
      lint(parse(text), { ...MEASURED, dynamicPrompts: id === 'dynamic-template' }).map(
        (finding) => finding.ruleId,
      );

    it('says what, bad, good and why', () => {
      expect(body.startsWith('##'), 'begins with words').toBe(false);
      for (const title of ['Bad', 'Good', 'Why it matters'])
        expect(section(title).trim(), title).not.toBe('');
    });
    it('has examples that do as they say', () => {
      if (!NO_EXAMPLE.has(id)) expect(examples('Bad').length).toBeGreaterThan(0);
      for (const text of examples('Bad')) expect(rules(text), text).toContain(id);
      for (const text of examples('Good')) expect(rules(text), text).not.toContain(id);
    });
    it('has good examples without errors', () => {
      for (const text of examples('Good'))
        expect(
          lint(parse(text), STUDIO).filter(({ severity }) => severity === 'error'),
          text,
        ).toEqual([]);
    });
  });
});
