import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { adjustWeight, editAttention } from '../../../server/src/language/features/adjustWeight';
import { parse } from '../../../server/src/language/syntax/parse';
import { applyEdits } from '../../../server/src/language/text/edits';

interface GoldenRow {
  readonly input: string;
  readonly expected: string;
  readonly options: { readonly positive: boolean };
}

const rows = readFileSync(new URL('../../golden/prompt/krita_edit_attention.jsonl', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as GoldenRow);

describe('editAttention', () => {
  it.each(rows)('krita-ai-diffusion: $input', ({ input, expected, options }) => {
    expect(editAttention(input, options.positive)).toBe(expected);
  });

  it.each([
    ['(a:1.25)', true, '(a:1.35)'],
    ['(a\\):1.2)', false, '(a\\):1.1)'],
    ['(a:3)', true, '(a:3.0)'],
    ['(a:3)', false, '(a:2.9)'],
    ['<lora:x>', true, '<lora:x:1.1>'],
    ['<lora:x:3>', true, '<lora:x:3.1>'],
    ['<lora:x:0.5:0.8:16>', true, '<lora:x:0.6:0.9:16>'],
    ['<lora:x:te=0.5:unet=1>', false, '<lora:x:te=0.4:unet=0.9>'],
    ['<lora:x:1:lbw=IN02>', true, '<lora:x:1.1:lbw=IN02>'],
  ])('%s', (text, positive, expected) => {
    expect(editAttention(text, positive)).toBe(expected);
  });
});

/** The text after a press, with `|` at both ends of the new selection. Bars of the language are written `¦`. */
function press(marked: string, direction: 'up' | 'down'): string | undefined {
  const [before = '', inside, after = ''] = marked.split('|').map((part) => part.replaceAll('¦', '|'));
  const text =
    after === '' && marked.split('|').length === 2
      ? before + (inside ?? '')
      : before + (inside ?? '') + after;
  const start = before.length;
  const end = marked.split('|').length === 2 ? start : start + (inside ?? '').length;
  const change = adjustWeight(parse(text), { start, end }, direction);
  if (change === undefined) return undefined;
  const result = applyEdits(text, change.edits);
  const { selection } = change;
  return `${result.slice(0, selection.start)}|${result.slice(selection.start, selection.end)}|${result.slice(selection.end)}`;
}

describe('adjustWeight', () => {
  it.each([
    ['a red h|at, b', 'a red |(hat:1.1)|, b'],
    ['a |red hat|, b', 'a |(red hat:1.1)|, b'],
    ['a| red hat, |b', 'a |(red hat:1.1)|, b'],
    ['|(hat:1.1)|, b', '|(hat:1.2)|, b'],
    ['(h|at:1.1), b', '|(hat:1.2)|, b'],
    ['(|hat|:1.1), b', '|(hat:1.2)|, b'],
    ['(red |hat|:1.1)', '(red |(hat:1.1)|:1.1)'],
    ['(h|at)', '(|(hat:1.1)|)'],
    ['a, <lora:x|:0.8>, b', 'a, |<lora:x:0.9>|, b'],
    ['a |b (c| d) e', 'a |(b (c d):1.1)| e'],
    ['[a¦b c|]', '[a|b |(c:1.1)|]'],
    ['[|a¦b|] c', '|([a|b]:1.1)| c'],
    ['a\nNegative prompt: lo|w', 'a\nNegative prompt: |(low:1.1)|'],
    ['猫|', '|(猫:1.1)|'],
  ])('up: %s', (marked, expected) => {
    expect(press(marked, 'up')).toBe(expected);
  });

  it('goes down through 1 and back', () => {
    expect(press('(hat|:1.1)', 'down')).toBe('|hat|');
    expect(press('|hat|', 'down')).toBe('|(hat:0.9)|');
    expect(press('|(hat:0.9)|', 'up')).toBe('|hat|');
  });

  it.each([
    'a, | b',
    'a\nSteps: 2|0',
    '# no|te',
    '|a BREAK b|',
    'a AN|D b',
    '|a # c\nb|',
    '<lora:x|',
    'a\n|---\nb',
  ])('leaves %j alone', (marked) => {
    expect(press(marked, 'up')).toBeUndefined();
  });
});
