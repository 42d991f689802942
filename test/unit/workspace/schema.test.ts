import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import { RULES } from '../../../server/src/language/rules';
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
});

describe('presets', () => {
  it.each(Object.keys(PRESETS))('%s is a valid set of rules', (name) => {
    expect(validateConfiguration({ rules: PRESETS[name] })).toEqual([]);
  });

  it('strict makes every warning an error', () => {
    for (const rule of RULES) {
      if (rule.severity === 'warning') expect(PRESETS.strict?.[rule.id]).toBe('error');
    }
  });
});
