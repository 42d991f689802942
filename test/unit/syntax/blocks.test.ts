import { describe, expect, it } from 'vitest';
import { parse } from '../../../server/src/language/syntax/parse';
import { outline } from './outline';

const DOCUMENTS: readonly (readonly [text: string, tree: string])[] = [
  // Blocks.
  ['a\n---\nb', '"a" --- "b"'],
  ['a\r\n-----  \r\nb', '"a" --- "b"'],
  ['a\n--\nb', '"a\\n--\\nb"'],
  ['a\n--- b', '"a\\n--- b"'],
  ['---\na\n---\n\n---\n', '"a"'],
  ['---\n---', ''],
  ['# only a comment\n---\na', ' --- "a"'],
  ['\ufeff---\na', '"a"'],

  // Negative prompts.
  ['a\nNegative prompt: b', '"a" | negative "b"'],
  ['a\n  Negative prompt:b\nc', '"a" | negative "b\\nc"'],
  ['Negative prompt: b', ' | negative "b"'],
  ['a, Negative prompt: b', '"a, Negative prompt: b"'],
  ['a\nnegative prompt: b', '"a\\nnegative prompt: b"'],
  ['a\nNegative prompt: b\nNegative prompt: c', '"a" | negative "b\\n" " c"'],
  ['a\n# Negative prompt: b', '"a\\n"'],

  // Parameters as the web UI takes them: the last line, from three pairs on.
  ['a\nSteps: 20, Sampler: Euler a, CFG scale: 7', '"a" | parameters Steps=20; Sampler=Euler a; CFG scale=7'],
  [
    'a\nNegative prompt: b\nOne x: 1, Two x: 2, Three x: 3',
    '"a" | negative "b" | parameters One x=1; Two x=2; Three x=3',
  ],
  ['a\nOne x: 1, Two x: 2', '"a\\nOne x: 1, Two x: 2"'],
  ['style: anime, mood: dark, light: low', ' | parameters style=anime; mood=dark; light=low'],
  ['aa, (bb:1.2), (cc:1.3), (dd:1.4)', '"aa, " round*1.2{"bb"} ", " round*1.3{"cc"} ", " round*1.4{"dd"}'],
  ['style: anime, (bb:1.2), <lora:x:1>', '"style: anime, " round*1.2{"bb"} ", " tag:lora(x ; 1)'],
  ['a\nNegative prompt: b, cc: 1, dd: 2, ee: 3', '"a" | negative "b, cc: 1, dd: 2, ee: 3"'],
  ['a\nSteps: 20, Sampler: Euler\nNegative prompt: b', '"a\\nSteps: 20, Sampler: Euler" | negative "b"'],

  // Where .sdprompt is wider: fewer pairs after a known key, and several lines.
  ['a\nSteps: 20', '"a" | parameters Steps=20'],
  ['a\nSteps: 20\nSampler: Euler\n\n# note\nSeed: 1\n', '"a" | parameters Steps=20; Sampler=Euler; Seed=1'],
  ['a\nSteps: 20,\nFoo bar: 1', '"a" | parameters Steps=20; Foo bar=1'],
  ['a\nSteps: 20\nFoo bar: 1', '"a\\nSteps: 20\\nFoo bar: 1"'],
  ['Steps: 20\na', '"Steps: 20\\na"'],

  // Values.
  ['a\nSeed: 1, Empty: , Model: x', '"a" | parameters Seed=1; Empty=; Model=x'],
  ['a\nSteps: 20, Hires prompt: "b, c: d\\ne"', '"a" | parameters Steps=20; Hires prompt=b, c: d\ne'],
  ['a\nSteps: 20, Hires prompt: "b, c', '"a" | parameters Steps=20; Hires prompt="b'],
  [
    'a\nSteps: 20, Civitai resources: [{"a":1,"b":"],"}], Seed: 2',
    '"a" | parameters Steps=20; Civitai resources=[{"a":1,"b":"],"}]; Seed=2',
  ],
  [
    'a\nSteps: 20, Civitai resources: [{"a":1, Seed: 2',
    '"a" | parameters Steps=20; Civitai resources=[{"a":1; Seed=2',
  ],
  ['a\nModel: a#b', '"a" | parameters Model=a#b'],
];

describe('blocks', () => {
  it.each(DOCUMENTS)('reads %j', (text, tree) => {
    expect(outline(parse(text))).toBe(tree);
  });

  it('gives ranges without the separators and the blanks', () => {
    const text = 'a\n---\n\n b \nNegative prompt:  c \n Steps: 20 , Seed: 1\n';
    const [first, second] = parse(text).blocks;
    const slice = ({ start, end }: { start: number; end: number }) => text.slice(start, end);
    expect(slice(first!.range)).toBe('a\n');
    expect(slice(second!.range)).toBe('\n b \nNegative prompt:  c \n Steps: 20 , Seed: 1\n');
    expect(slice(second!.positive.range)).toBe('b');
    expect(slice(second!.negative!.label)).toBe('Negative prompt:');
    expect(slice(second!.negative!.range)).toBe('c');
    expect(slice(second!.parametersRange!)).toBe('Steps: 20 , Seed: 1');
    expect(
      second!.parameters.map(({ keyRange, valueRange }) => [slice(keyRange), slice(valueRange)]),
    ).toEqual([
      ['Steps', '20'],
      ['Seed', '1'],
    ]);
  });

  it('collects the comments of a block from all its parts', () => {
    const text = '# one\na # two\nNegative prompt: b # three\nSteps: 20\n# four';
    const { comments } = parse(text).blocks[0]!;
    expect(comments.map(({ range }) => text.slice(range.start, range.end))).toEqual([
      '# one',
      '# two',
      '# three',
      '# four',
    ]);
  });
});
