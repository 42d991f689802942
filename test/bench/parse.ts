import { parse } from '../../server/src/language/syntax/parse';
import { reparse } from '../../server/src/language/syntax/reparse';
import { buildWorker, loadLine, timed, versus } from './support/measure';
import { SHAPES } from './support/parseShapes';
import { promptBlock } from './support/prompts';
import { createRandom } from './support/random';

const SMALLEST = 64 << 10;
/** Parses of each length; the least counts, as what comes on top is the machine's doing. */
const TRIES = 5;

/**
 * `npm run bench -- parse [--doublings=N] [--smoke]`: parses texts of 64 KB to 8 MB, each twice as long as the one before, and prints
 * how much longer the longer takes. Linear is 2; the square would be 4. Every parse is the first of a process of its own, as
 * when a document is opened: in one process that parses again and again, single steps reach 3 to 4 where a text's tokens
 * first outgrow V8's space for young objects, and the next steps are below 2 for it.
 */
export async function run(args: readonly string[]): Promise<number> {
  const isSmoke = args.includes('--smoke');
  const asked = args.find((arg) => arg.startsWith('--doublings='))?.slice('--doublings='.length);
  const doublings = asked === undefined ? (isSmoke ? 1 : 7) : Number(asked);
  console.log(loadLine());
  const worker = await buildWorker('parse');
  let worst = 0;
  for (const name of isSmoke ? ['blocks', 'closed brackets'] : Object.keys(SHAPES)) {
    const ratios: number[] = [];
    let before = await leastTimeOf(worker, name, SMALLEST);
    for (let step = 1; step <= doublings; step++) {
      const now = await leastTimeOf(worker, name, SMALLEST << step);
      ratios.push(now / before);
      before = now;
    }
    worst = Math.max(worst, ...ratios);
    const speed = (SMALLEST << doublings) / 1e3 / before;
    console.log(
      `${name.padEnd(20)} ${ratios.map((ratio) => ratio.toFixed(2)).join('  ')}   ${speed.toFixed(1)} MB/s`,
    );
  }
  if (!isSmoke) console.log(versus('worst doubling', worst, 2.5, 'at most'));
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

async function leastTimeOf(worker: string, shape: string, length: number): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < TRIES; round++)
    times.push(Number((await timed(worker, [shape, String(length)])).stdout));
  return Math.min(...times);
}

function took(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}
