import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isTrigger, scanTags, type TagRules } from '../../../server/src/library/metadata/tagScan';

const NONE: TagRules = { least: Number.POSITIVE_INFINITY };

function scanned(text: string, rules: TagRules = NONE): [string, number][] | undefined {
  const found: [string, number][] = [];
  return scanTags(
    Buffer.from(JSON.stringify(text)).subarray(1, -1),
    () => rules,
    (tag, count) => found.push([tag, count]),
  )
    ? found
    : undefined;
}

describe('scanTags', () => {
  it('hands out the same tags as a reading of the whole text', () => {
    const tag = fc.oneof(
      fc.constantFrom('mira', ' Mira', 'MIRA ', 'm\u0130ra', 'a "b"', 'back\\slash'),
      fc.string(),
    );
    const directories = fc.dictionary(tag, fc.dictionary(tag, fc.nat(200)));
    fc.assert(
      fc.property(directories, fc.nat(200), fc.boolean(), (data, least, spaced) => {
        const rules = { least, concept: 'mira' };
        const expected: string[] = [];
        for (const tags of Object.values(data)) {
          const entries = Object.entries(tags);
          for (const [name, count] of entries)
            if (entries.length === 1 || isTrigger(name, count, rules)) expected.push(`${name} ${count}`);
        }
        const found = scanned(JSON.stringify(data, null, spaced ? 1 : undefined), rules);
        expect(found?.map(([name, count]) => `${name} ${count}`).sort()).toEqual(expected.sort());
      }),
    );
  });

  it.each([
    '',
    '[]',
    '{"a":1}',
    '{"a":{"b":1.5}}',
    '{"a":{"b":-1}}',
    '{"a":{"b":"1"}}',
    '{"a":{"b":1,}}',
    '{"a":{"b":1}',
    '{"a":{"b":1}}x',
    '{"a":{"b":1}}}',
    '{"a":{,"b":1}}',
    '{"a":{"b" 1}}',
    '{"a":{"b":1234567890123456}}',
    '{"a":{"b:1}}',
    '{"a":{"b":NaN}}',
    '{"a":{"b":01}}',
  ])('leaves %s to a reader of any JSON', (text) => {
    expect(scanned(text)).toBeUndefined();
  });
});
