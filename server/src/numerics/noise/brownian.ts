import { generateState } from './seedSequence';

const POOL_SIZE = 24;
/** Times are distinguished to this many decimals, so every question ends at the edges of some nodes. */
const DECIMALS = 6;

/** Options of a Brownian path over the noise levels of one image. */
export interface BrownianOptions {
  /** The smallest noise level above 0 and the largest one of the run. */
  readonly sigmaMin: number;
  readonly sigmaMax: number;
  /** The image's seed. */
  readonly entropy: number;
  /** Standard normal numbers, one latent's worth, of a generator freshly seeded with `seed`. */
  readonly randn: (seed: number) => Float32Array;
}

/** Unit noise for the step from one noise level to a lower one. */
export type BrownianNoise = (sigma: number, sigmaNext: number) => Float32Array;

/** A part of the path, on the way from the whole of it to a time that was asked for. */
interface Node {
  readonly start: number;
  readonly end: number;
  readonly key: number;
  readonly depth: number;
  /** Where the path stands at `start`, counted from the beginning. */
  readonly base: Float64Array;
  /** How far it goes from there to `end`. */
  readonly increment: Float64Array;
}

/**
 * One sample path of Brownian motion, drawn lazily: the noise of a step is the path's increment over it, divided by the
 * root of its length, so runs with other steps walk the same path. Halves intervals at their middle and draws every
 * node's noise from its own place in the tree (torchsde's `BrownianTree` with `halfway_tree`), hence the order of
 * questions does not matter. Only the nodes on the way to the last time are kept: a step takes two dozen of them, and all
 * those of a run would be hundreds of megabytes.
 */
export function createBrownianNoise(options: BrownianOptions): BrownianNoise {
  const { entropy, randn } = options;
  const [start, end] = [roundTime(options.sigmaMin), roundTime(options.sigmaMax)];
  const rootSeed = generateState({ entropy, poolSize: POOL_SIZE }, 3)[0]!;
  const whole = Math.sqrt(options.sigmaMax - options.sigmaMin);
  const increment = Float64Array.from(randn(rootSeed), (value) => value * whole);
  const count = increment.length;
  const way: Node[] = [{ start, end, key: 0, depth: 0, base: new Float64Array(count), increment }];

  /** The half of a node in which a time lies. */
  const half = (node: Node, time: number): Node => {
    const middle = roundTime(0.5 * (node.end + node.start));
    const length = node.end - node.start;
    const spawnKey = [node.key, node.depth];
    const noise = randn(generateState({ entropy, spawnKey, poolSize: POOL_SIZE }, 4)[0]!);
    const share = (middle - node.start) / length;
    const spread = Math.sqrt(((middle - node.start) * (node.end - middle)) / length);
    const left = new Float64Array(count);
    for (let i = 0; i < count; i++) left[i] = share * node.increment[i]! + spread * noise[i]!;
    const depth = node.depth + 1;
    if (time <= middle)
      return { start: node.start, end: middle, key: 2 * node.key, depth, base: node.base, increment: left };
    const base = new Float64Array(count);
    const right = new Float64Array(count);
    for (let i = 0; i < count; i++) {
      base[i] = node.base[i]! + left[i]!;
      right[i] = node.increment[i]! - left[i]!;
    }
    return { start: middle, end: node.end, key: 2 * node.key + 1, depth, base, increment: right };
  };

  /** Where the path stands at a time; the same bits whatever was asked before. */
  const at = (time: number): Float64Array => {
    const isInside = ({ start: left, end: right }: Node) => left < time && time < right;
    while (way.length > 1 && !isInside(way.at(-1)!)) way.pop();
    for (let node = way.at(-1)!; ; ) {
      if (time === node.start) return node.base;
      if (time === node.end) {
        const reached = new Float64Array(count);
        for (let i = 0; i < count; i++) reached[i] = node.base[i]! + node.increment[i]!;
        return reached;
      }
      node = half(node, time);
      way.push(node);
    }
  };

  let last: { readonly time: number; readonly place: Float64Array } | undefined;

  return (sigma, sigmaNext) => {
    const time = clamp(roundTime(sigma), start, end);
    const next = clamp(roundTime(sigmaNext), start, end);
    // A step begins where the one before it ended.
    const from = last?.time === time ? last.place : at(time);
    const to = at(next);
    last = { time: next, place: to };
    const length = Math.sqrt(Math.abs(sigmaNext - sigma));
    const noise = new Float32Array(count);
    // Upwards in time is downwards in noise.
    for (let i = 0; i < count; i++) noise[i] = (to[i]! - from[i]!) / length;
    return noise;
  };
}

/**
 * Rounds to six decimals as Python's `round` does: the exact binary value decides, a tie goes to the even digit. A tie
 * at the seventh decimal can only be an odd multiple of 1/128.
 */
function roundTime(time: number): number {
  const parts = time * 128;
  if (!Number.isInteger(parts) || parts % 2 === 0) return Number(time.toFixed(DECIMALS));
  const below = Math.floor(time * 10 ** DECIMALS);
  return (below % 2 === 0 ? below : below + 1) / 10 ** DECIMALS;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
