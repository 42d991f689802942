import { describe, expect, it } from 'vitest';
import { directivesOf } from '../../../server/src/language/rules/suppress';
import { parse } from '../../../server/src/language/syntax/parse';
import { check, findings } from './check';

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

describe('unused-suppression', () => {
  it('reports the names that silence nothing, and takes them out', () => {
    check('# sdprompt-disable-next-line «unknown-lora», duplicate-tag\na, a', 'unused-suppression', {
      severity: 'warning',
      fixed: '# sdprompt-disable-next-line duplicate-tag\na, a',
    });
    check('# sdprompt-disable-next-line duplicate-tag, «unknown-lora» -- why\na, a', 'unused-suppression', {
      fixed: '# sdprompt-disable-next-line duplicate-tag -- why\na, a',
    });
    check('# sdprompt-disable-next-line duplicate-tag «unknown-lora»\na, a', 'unused-suppression', {
      fixed: '# sdprompt-disable-next-line duplicate-tag\na, a',
    });
  });
  it('takes out the whole comment when nothing is left of it', () => {
    check('«# sdprompt-disable-file»\na', 'unused-suppression', { fixed: 'a' });
    check('a # sdprompt-disable-line «duplicate-tag»\nb', 'unused-suppression', { fixed: 'a\nb' });
    check('a\n  # sdprompt-disable «duplicate-tag»\r\nb', 'unused-suppression', { fixed: 'a\nb' });
  });
  it('is silent about rules that are off, and about itself', () => {
    check('# sdprompt-disable-file duplicate-tag\na', 'unused-suppression', {
      settings: { 'duplicate-tag': 'off' },
    });
    check('# sdprompt-disable-file duplicate-tag\na', 'unused-suppression', {
      settings: { 'unused-suppression': 'off' },
    });
  });
});

describe('unknown-suppression', () => {
  it('reports names no rule has', () => {
    check('# sdprompt-disable-next-line «duplicate-tags»\na, a', 'unknown-suppression', {
      severity: 'warning',
      message: 'Did you mean `duplicate-tag`?',
      fixed: '# sdprompt-disable-next-line duplicate-tag\na, a',
    });
    check('# sdprompt-enable «whatever»\na', 'unknown-suppression', { message: 'sdprompt explain' });
  });
});
