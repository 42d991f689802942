import * as path from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { EMPTY_ENVIRONMENT } from '../../../server/src/language/environment';
import { RULES } from '../../../server/src/language/rules';
import { lint } from '../../../server/src/language/rules/run';
import { parse } from '../../../server/src/language/syntax/parse';
import { PRESETS } from '../../../server/src/workspace/config/presets';
import { configSchema } from '../../../server/src/workspace/config/schema';
import { SETTINGS } from '../../../server/src/workspace/config/settings';
import { validateConfiguration } from '../../../server/src/workspace/config/validate';

const FILE = path.resolve(__dirname, '../../../media/schemas/sdprompt.config.schema.json');

describe('the schema of the configuration', () => {
  // `npx vitest run test/unit/workspace/schema.test.ts -u` writes it anew.
  it('is the one that is shipped', async () => {
    await expect(`${JSON.stringify(configSchema(), null, 2)}\n`).toMatchFileSnapshot(FILE);
  });

  it('describes every setting and every rule', () => {
    const schema = configSchema() as {
      properties: Record<string, { description?: string }>;
      definitions: { rules: { properties: Record<string, unknown> } };
    };
    expect(Object.keys(schema.properties)).toEqual(Object.keys(SETTINGS));
    for (const { description } of Object.values(schema.properties)) expect(description).toBeTruthy();
    expect(Object.keys(schema.definitions.rules.properties)).toEqual(
      expect.arrayContaining(RULES.map(({ id }) => id)),
    );
  });

  it('is a schema: the program takes that for granted', () => {
    const ajv = new Ajv({ strict: false, allowUnionTypes: true });
    expect(ajv.validateSchema(configSchema())).toBe(true);
    expect(ajv.validateSchema({ ...configSchema(), type: 'objects' })).toBe(false);
  });
});

describe('presets', () => {
  it.each(Object.keys(PRESETS))('%s is a valid set of rules', (name) => {
    expect(validateConfiguration({ rules: PRESETS[name] })).toEqual([]);
  });

  const found = (preset: string, text: string) =>
    lint(parse(text), EMPTY_ENVIRONMENT, PRESETS[preset]).map(
      ({ ruleId, severity }) => `${severity} ${ruleId}`,
    );

  it('strict fails what changes the picture', () => {
    expect(found('strict', 'a [hat:1.2]')).toEqual(['error bracket-number']);
    expect(found('strict', 'a (hat BREAK scarf)')).toEqual(['error break-in-brackets']);
    expect(found('strict', 'a hat, a hat')).toEqual(['warning duplicate-tag']);
  });

  it('strict lets the rules that weigh their findings go on doing so', () => {
    expect(found('strict', 'a girl :), smiling')).toEqual(['info unbalanced-bracket']);
    expect(found('strict', '一个女孩，微笑')).toEqual(['hint full-width-punctuation']);
    expect(found('strict', 'a <lora:x:0,8>')).toEqual(['error lora-weight']);
  });

  it('civitai-upload wants parameters that the site recognises', () => {
    const error = ['error infotext-would-not-parse'];
    expect(found('civitai-upload', 'a hat\nSteps: 20, Seed: 1')).toEqual(error);
    expect(found('civitai-upload', 'a hat\nSeed: 1, Size: 512x512, CFG scale: 7')).toEqual(error);
    expect(found('civitai-upload', 'a hat\nSteps: 20, Seed: 1, Size: 512x512')).toEqual([]);
    expect(found('recommended', 'a hat\nSteps: 20, Seed: 1')).toEqual([]);
  });
});
