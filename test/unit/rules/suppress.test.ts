import { describe, expect, it } from 'vitest';
import { directivesOf } from '../../../server/src/language/rules/suppress';
import { parse } from '../../../server/src/language/syntax/parse';
import { findings } from './check';

const ids = (text: string, settings = {}): string[] =>
  findings(text, { settings }).map(({ ruleId }) => ruleId);

describe('directives', () => {
  it('silence the next line, their own line, a stretch, or the file', () => {
    expect(ids('# sdprompt-disable-next-line duplicate-tag\na, a')).toEqual([]);
    expect(ids('a, a # sdprompt-disable-line duplicate-tag')).toEqual([]);
    expect(ids('# sdprompt-disable duplicate-tag\na, a\n# sdprompt-enable duplicate-tag')).toEqual([]);
    expect(ids('a, a\n# sdprompt-disable-file duplicate-tag')).toEqual([]);
    expect(ids('a, a\n---\n# sdprompt-disable duplicate-tag\nb, b')).toEqual(['duplicate-tag']);
  });
  it('end where they say', () => {
    expect(ids('# sdprompt-disable duplicate-tag\na, a\n# sdprompt-enable\n---\nb, b')).toEqual([
      'duplicate-tag',
    ]);
    // A bare `disable` is only ended by a bare `enable`.
    expect(ids('# sdprompt-disable\na, a\n# sdprompt-enable duplicate-tag\n---\nb, b, (c')).toEqual([]);
    expect(ids('# sdprompt-disable-next-line duplicate-tag\na,\na')).toEqual([
      'unused-suppression',
      'duplicate-tag',
    ]);
    expect(ids('a, # sdprompt-disable-line duplicate-tag\na')).toEqual([
      'unused-suppression',
      'duplicate-tag',
    ]);
  });
  it('name several rules, in any notation, with a reason', () => {
    expect(ids('# sdprompt-disable-next-line duplicate-tag, unknown-lora\na, a, <lora:x_nobody:1>')).toEqual(
      [],
    );
    expect(
      ids(
        '# sdprompt-disable-next-line duplicate-tag missing-lora -- copied, as it is\na, a, <lora:x_nobody:1>',
      ),
    ).toEqual([]);
    expect(ids('#sdprompt-disable-next-line\na, a, (b')).toEqual([]);
  });
  it('count lines as editors do', () => {
    expect(ids('x,\r\n# sdprompt-disable-next-line duplicate-tag\r\na, a')).toEqual([]);
    expect(
      ids('x,\r# sdprompt-disable-next-line duplicate-tag\ra, a').filter((id) => id === 'duplicate-tag'),
    ).toEqual([]);
  });
  it('work inside brackets and above parameters', () => {
    expect(ids('(a,\n# sdprompt-disable-next-line attention-weight\n(b:3):1)')).toEqual([]);
    expect(
      ids('a\n# sdprompt-disable-next-line invalid-parameter\nSteps: 999, Seed: 1, CFG scale: 7'),
    ).toEqual([]);
  });
  it('are comments that begin with the word, nothing else', () => {
    expect(
      directivesOf(parse('# sdprompt-disabled x\n# about sdprompt-disable\n# sdprompt-disable-nextline x')),
    ).toEqual([]);
  });
});
