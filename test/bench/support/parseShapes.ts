import { promptBlock } from './prompts';
import { createRandom } from './random';

/** Ways to make a text of about so many characters. Nesting stops at 100,000 brackets, and repeats from there. */
export const SHAPES: Readonly<Record<string, (length: number) => string>> = {
  blocks: (length) => {
    const random = createRandom(3);
    const block = Array.from({ length: 20 }, () => promptBlock(random, true)).join('---\n');
    return fill(`${block}---\n`, length);
  },
  'one line of tags': (length) => fill('blue eyes, (rain:1.2), [a:b:0.5], ', length),
  'opening brackets': (length) => nested('(', '', length),
  'closed brackets': (length) => nested('([', '])', length),
  'weights in weights': (length) => nested('(a, ', ':1.1)', length),
  schedules: (length) => nested('[a:', ':0.5]', length),
  'unclosed tags': (length) => fill('<lora:name ', length),
  colons: (length) => fill(':', length),
  'lines of comments': (length) => fill('# note (a:1.2)\n', length),
  parameters: (length) => fill('Steps: 20, Sampler: Euler, [{"a": ', length),
  'one long word': (length) => fill('a', length),
  unicode: (length) => fill('雨の夜、（傘：１．２） 😀 ', length),
};

const MAX_NESTING = 100_000;
function fill(unit: string, length: number): string {
  return unit.repeat(Math.ceil(length / unit.length)).slice(0, length);
}

function nested(open: string, close: string, length: number): string {
  const depth = Math.min(MAX_NESTING, Math.floor(length / (open.length + close.length)));
  return fill(`${open.repeat(depth)}x${close.repeat(depth)}, `, length);
}
