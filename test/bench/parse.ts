import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
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
const WARM_UP_MS = 1000;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/**
 * `npm run bench -- parse [--doublings=N] [--smoke]`: parses texts of 64 KB to 8 MB, each twice as long as the one before, and prints
 * how much longer the longer takes. Linear is 2; the square would be 4. Short and long take turns, the garbage of the one
 * before is collected first, and of each the least counts: what comes on top is the machine's doing.
 */
export async function run(args: readonly string[]): Promise<number> {
  const isSmoke = args.includes('--smoke');
  const asked = args.find((arg) => arg.startsWith('--doublings='))?.slice('--doublings='.length);
  const doublings = asked === undefined ? (isSmoke ? 1 : 7) : Number(asked);
  console.log(loadLine());
  console.log(
    'times as long for twice the text, by the clock (and by processor time, garbage collector included)',
  );
  const worst = { clock: 0, processor: 0 };
  for (const [name, make] of Object.entries(SHAPES)) {
    const second = make(SMALLEST << 1);
    for (const start = performance.now(); performance.now() - start < WARM_UP_MS; ) timeOf(second);
    const cells: string[] = [];
    let speed = 0;
    for (let step = 1; step <= doublings; step++) {
      const texts = [make(SMALLEST << (step - 1)), make(SMALLEST << step)] as const;
      const [short, long] = leastTimesOf(texts);
      const ratio = { clock: long.clock / short.clock, processor: long.processor / short.processor };
      cells.push(`${ratio.clock.toFixed(2)} (${ratio.processor.toFixed(2)})`);
      worst.clock = Math.max(worst.clock, ratio.clock);
      worst.processor = Math.max(worst.processor, ratio.processor);
      speed = texts[1].length / 1e3 / long.clock;
    }
    console.log(`${name.padEnd(20)} ${cells.join('  ')}   ${speed.toFixed(1)} MB/s`);
  }
  if (!isSmoke) {
    console.log(versus('worst doubling, clock', worst.clock, 2.5, 'at most'));
    console.log(versus('worst doubling, processor', worst.processor, 2.5, 'at most'));
  }
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

/** What a piece of work took, in milliseconds. */
interface Spent {
  readonly clock: number;
  readonly processor: number;
}

/** One parse, and its tokens, which are made when first asked for. */
function timeOf(text: string): Spent {
  const before = process.cpuUsage();
  const clock = took(() => parse(text).tokens.length);
  const { user, system } = process.cpuUsage(before);
  return { clock, processor: (user + system) / 1e3 };
}

function took(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

/** The least time of each of two texts, which take turns; the longest texts are parsed three times. */
function leastTimesOf(texts: readonly [string, string]): [Spent, Spent] {
  const least = texts.map(() => ({ clock: Number.POSITIVE_INFINITY, processor: Number.POSITIVE_INFINITY }));
  let spent = 0;
  for (let round = 0; round < 3 || (spent < 1500 && round < 15); round++)
    for (const [index, text] of texts.entries()) {
      collectGarbage();
      const { clock, processor } = timeOf(text);
      const best = least[index]!;
      best.clock = Math.min(best.clock, clock);
      best.processor = Math.min(best.processor, processor);
      spent += clock;
    }
  return [least[0]!, least[1]!];
}

function fill(unit: string, length: number): string {
  return unit.repeat(Math.ceil(length / unit.length)).slice(0, length);
}

function nested(open: string, close: string, length: number): string {
  const depth = Math.min(MAX_NESTING, Math.floor(length / (open.length + close.length)));
  return fill(`${open.repeat(depth)}x${close.repeat(depth)}, `, length);
}
