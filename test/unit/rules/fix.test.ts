import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyFixes, fixAll, fixFor } from '../../../server/src/language/rules/fix';
import type { Finding, Fix } from '../../../server/src/language/rules/rule';
import { lint } from '../../../server/src/language/rules/run';
import { parse } from '../../../server/src/language/syntax/parse';
import { corpus } from './corpus';
import { STUDIO } from './environment';

const fix = (safe: boolean, start: number, end: number, newText: string): Fix => ({
  title: newText,
  safe,
  edits: [{ range: { start, end }, newText }],
});
const finding = (...fixes: Fix[]): Finding => ({
  range: { start: 0, end: 0 },
  message: 'm',
  ruleId: 'r',
  severity: 'error',
  fixes,
});

describe('applyFixes', () => {
  it('applies fixes that do not touch and leaves the others for the next pass', () => {
    expect(
      applyFixes('abcdef', [finding(fix(true, 0, 1, 'X')), finding(fix(true, 3, 4, 'Y'))], { unsafe: false }),
    ).toEqual({
      text: 'XbcYef',
      applied: 2,
    });
    expect(
      applyFixes('abcdef', [finding(fix(true, 0, 2, 'X')), finding(fix(true, 2, 3, 'Y'))], { unsafe: false }),
    ).toEqual({
      text: 'Xcdef',
      applied: 1,
    });
    expect(
      applyFixes('ab', [finding(fix(true, 1, 1, 'X')), finding(fix(true, 1, 1, 'Y'))], { unsafe: false }),
    ).toEqual({
      text: 'aXb',
      applied: 1,
    });
  });
  it('applies all edits of a fix or none', () => {
    const both: Fix = {
      title: 'both',
      safe: true,
      edits: [
        { range: { start: 0, end: 1 }, newText: 'X' },
        { range: { start: 4, end: 5 }, newText: 'Y' },
      ],
    };
    expect(applyFixes('abcdef', [finding(fix(true, 4, 5, 'Z')), finding(both)], { unsafe: false }).text).toBe(
      'abcdZf',
    );
    expect(applyFixes('abcdef', [finding(both)], { unsafe: false }).text).toBe('XbcdYf');
  });
  it('asks before unsafe ones and prefers safe ones', () => {
    const offer = finding(fix(false, 0, 1, 'U'), fix(true, 0, 1, 'S'));
    expect(fixFor(offer, { unsafe: true })?.title).toBe('S');
    expect(fixFor(finding(fix(false, 0, 1, 'U')), { unsafe: false })).toBeUndefined();
    expect(fixFor(finding(fix(false, 0, 1, 'U')), { unsafe: true })?.title).toBe('U');
  });
  it('ignores edits outside the text', () => {
    expect(
      applyFixes('ab', [finding(fix(true, 1, 9, 'X')), finding(fix(true, -1, 0, 'X'))], { unsafe: false }),
    ).toEqual({ text: 'ab', applied: 0 });
  });
});

describe('fixAll', () => {
  it('repeats until nothing is left', () => {
    const lintText = (text: string): Finding[] => {
      const at = text.indexOf('aa');
      return at < 0 ? [] : [finding(fix(true, at, at + 2, 'a'))];
    };
    expect(fixAll('aaaa', lintText, { unsafe: false })).toEqual({ text: 'a', applied: 3 });
  });
  it('gives up on a text that never settles', () => {
    const lintText = (text: string): Finding[] => [finding(fix(true, text.length, text.length, 'x'))];
    expect(fixAll('', lintText, { unsafe: false }).text).toBe('x'.repeat(10));
  });
  it('takes back what breaks the text, and keeps the rest', () => {
    const broken: Finding = { ...finding(), ruleId: 'unbalanced-bracket', fixes: [] };
    const lintText = (text: string): Finding[] => {
      const list: Finding[] = [];
      if (text.includes('(')) list.push(broken);
      if (text.includes('b')) list.push(finding(fix(true, text.indexOf('b'), text.indexOf('b') + 1, '(')));
      if (text.includes('c')) list.push(finding(fix(true, text.indexOf('c'), text.indexOf('c') + 1, 'C')));
      return list;
    };
    expect(fixAll('a b c', lintText, { unsafe: false })).toEqual({ text: 'a b C', applied: 1 });
  });
});

const SYNTAX = /^(?:unclosed-tag|empty-tag|unknown-tag-type|unbalanced-bracket|nesting-too-deep)$/;
const lintText = (text: string): Finding[] => lint(parse(text), STUDIO);
const syntaxErrors = (text: string): number => lintText(text).filter((one) => SYNTAX.test(one.ruleId)).length;

/** Pieces that stumble over each other when they are thrown together. */
const PIECES = [
  ...[
    '(',
    ')',
    '[',
    ']',
    ':',
    '|',
    ',',
    ', ',
    ' ',
    '\n',
    '\\',
    '#',
    '# ',
    '<',
    '>',
    '<lora:',
    'mira',
    ':1',
    ':1.2',
    ':0,8',
    '16:9',
  ],
  ...[
    'BREAK',
    ' AND ',
    '1girl',
    '（',
    '）',
    '：',
    '，',
    '---\n',
    'Negative prompt: ',
    '\nSteps: 20, Seed: 1, CFG scale: 7',
    'Steps:',
    '\r\n',
  ],
  ...[
    '<LORA:mira:1>',
    '<lora:outlin:1>',
    '[a:b:1.0]',
    '{a|b}',
    '# sdprompt-disable-next-line ',
    'duplicate-tag',
    '\n# sdprompt-disable x\n',
  ],
  ...['__colrs__', '\\:', '\\(', '🙂', '１', '−1'],
];

describe('on texts of every kind', () => {
  const texts = corpus();
  it('has a corpus', () => {
    expect(texts.length).toBeGreaterThan(700);
  });

  const settles = (text: string, unsafe: boolean): void => {
    const once = fixAll(text, lintText, { unsafe });
    if (once.text === text) return;
    expect(
      syntaxErrors(once.text),
      `syntax errors of ${JSON.stringify(once.text)} from ${JSON.stringify(text)}`,
    ).toBeLessThanOrEqual(syntaxErrors(text));
    const twice = fixAll(once.text, lintText, { unsafe });
    expect(twice.text, `second run on ${JSON.stringify(text)}`).toBe(once.text);
  };

  it('safe fixes settle and break nothing, on the corpus', () => {
    for (const text of texts) settles(text, false);
  });
  it('unsafe fixes settle and break nothing, on the corpus', () => {
    for (const text of texts) settles(text, true);
  });
  it('and on pieces thrown together', () => {
    const soup = fc.array(fc.constantFrom(...PIECES), { maxLength: 14 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(soup, (text) => {
        settles(text, false);
        settles(text, true);
      }),
      { numRuns: 400, seed: 20261122 },
    );
  });
});
