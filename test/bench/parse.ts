import { parse } from '../../server/src/language/syntax/parse';
import { reparse } from '../../server/src/language/syntax/reparse';
import { loadLine, versus } from './support/measure';
import { promptBlock } from './support/prompts';
import { createRandom } from './support/random';

/** Ways to make a text of about so many characters. Nesting stops at 100,000 brackets, and repeats from there. */
const SHAPES: Readonly<Record<string, (length: number) => string>> = {
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
const SMALLEST = 64 << 10;
const WARM_UP_MS = 300;

/**
 * `npm run bench -- parse [--doublings=N] [--smoke]`: parses texts of 64 KB to 8 MB, each twice as long as the one before, and prints
 * how much longer the longer takes. Linear is 2; the square would be 4.
 */
export async function run(args: readonly string[]): Promise<number> {
  const isSmoke = args.includes('--smoke');
  const asked = args.find((arg) => arg.startsWith('--doublings='))?.slice('--doublings='.length);
  const doublings = asked === undefined ? (isSmoke ? 1 : 7) : Number(asked);
  console.log(loadLine());
  let worst = 0;
  for (const [name, make] of Object.entries(SHAPES)) {
    const ratios: number[] = [];
    // The smallest text first, until the code is warm.
    const first = make(SMALLEST);
    for (const start = performance.now(); performance.now() - start < WARM_UP_MS; ) timeOf(first);
    let before = leastTimeOf(first);
    let length = first.length;
    for (let step = 1; step <= doublings; step++) {
      const text = make(SMALLEST << step);
      const now = leastTimeOf(text);
      ratios.push(now / before);
      [before, length] = [now, text.length];
    }
    // The mean over all doublings: one pause of the machine makes a single step look like the square, and the next free.
    worst = Math.max(worst, ratios.reduce((product, ratio) => product * ratio, 1) ** (1 / ratios.length));
    const speed = length / 1e3 / before;
    console.log(
      `${name.padEnd(20)} ${ratios.map((ratio) => ratio.toFixed(2)).join('  ')}   ${speed.toFixed(1)} MB/s`,
    );
  }
  if (!isSmoke) console.log(versus('worst mean per doubling', worst, 2.5, 'at most'));
  printEdits(isSmoke ? 10 : 1000);
  console.log(loadLine());
  return 0;
}

/** One character typed into a block of a long document: a fresh parse against one of what was edited. */
function printEdits(blocks: number): void {
  const random = createRandom(4);
  const text = Array.from({ length: blocks }, () => promptBlock(random, true)).join('---\n');
  const document = parse(text);
  for (const [where, at] of [
    ['first', 0],
    ['middle', text.indexOf('\n---\n', text.length >> 1) + 5],
    ['last', text.length],
  ] as const) {
    const edits = [{ range: { start: at, end: at }, newText: 'x' }];
    const after = `${text.slice(0, at)}x${text.slice(at)}`;
    const fresh: number[] = [];
    const again: number[] = [];
    for (let round = 0; round < 20; round++) {
      fresh.push(took(() => parse(after)));
      again.push(took(() => reparse(document, edits)));
    }
    const ratio = Math.min(...fresh) / Math.min(...again);
    console.log(
      `a character in the ${where} of ${blocks} blocks: a fresh parse takes ${ratio.toFixed(1)} times as long as reparse`,
    );
  }
}

/** Milliseconds of one parse, and of its tokens, which are made when first asked for. */
function timeOf(text: string): number {
  return took(() => parse(text).tokens.length);
}

function took(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

/** The least of a few times: what comes on top is the machine's doing. The longest texts are parsed only twice. */
function leastTimeOf(text: string): number {
  const times: number[] = [];
  let spent = 0;
  while (times.length < 2 || (spent < 300 && times.length < 9)) {
    const time = timeOf(text);
    times.push(time);
    spent += time;
  }
  return Math.min(...times);
}

function fill(unit: string, length: number): string {
  return unit.repeat(Math.ceil(length / unit.length)).slice(0, length);
}

function nested(open: string, close: string, length: number): string {
  const depth = Math.min(MAX_NESTING, Math.floor(length / (open.length + close.length)));
  return fill(`${open.repeat(depth)}x${close.repeat(depth)}, `, length);
}
