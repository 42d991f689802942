import { generateState } from './seedSequence';

const POOL_SIZE = 24;
/** Times are told apart to this many decimals, so every question ends at the edges of some nodes. */
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

interface Node {
  readonly start: number;
  readonly end: number;
  readonly key: number;
  readonly depth: number;
  readonly increment: Float64Array;
  children?: readonly [Node, Node];
}

/**
 * One sample path of Brownian motion, drawn lazily: the noise of a step is the path's increment over it, divided by the
 * root of its length, so runs with other steps walk the same path. Halves intervals at their middle and draws every
 * node's noise from its own place in the tree (torchsde's `BrownianTree` with `halfway_tree`), hence the order of
 * questions does not matter.
 */
export function createBrownianNoise(options: BrownianOptions): BrownianNoise {
  const { entropy, randn } = options;
  const [start, end] = [roundTime(options.sigmaMin), roundTime(options.sigmaMax)];
  const rootSeed = generateState({ entropy, poolSize: POOL_SIZE }, 3)[0]!;
  const root: Node = {
    start,
    end,
    key: 0,
    depth: 0,
    increment: Float64Array.from(
      randn(rootSeed),
      (value) => value * Math.sqrt(options.sigmaMax - options.sigmaMin),
    ),
  };

  const split = (node: Node): readonly [Node, Node] => {
    if (node.children) return node.children;
    const middle = roundTime(0.5 * (node.end + node.start));
    const length = node.end - node.start;
    const spawnKey = [node.key, node.depth];
    const noise = randn(generateState({ entropy, spawnKey, poolSize: POOL_SIZE }, 4)[0]!);
    const share = (middle - node.start) / length;
    const spread = Math.sqrt(((middle - node.start) * (node.end - middle)) / length);
    const left = node.increment.map((value, i) => share * value + spread * noise[i]!);
    const right = node.increment.map((value, i) => value - left[i]!);
    const depth = node.depth + 1;
    node.children = [
      { start: node.start, end: middle, key: 2 * node.key, depth, increment: left },
      { start: middle, end: node.end, key: 2 * node.key + 1, depth, increment: right },
    ];
    return node.children;
  };

  /** Adds the increment over `[from, to]`, a part of the node's own interval, to `sum`. */
  const accumulate = (node: Node, from: number, to: number, sum: Float64Array): void => {
    if (from >= to) return;
    if (from <= node.start && to >= node.end) {
      for (let i = 0; i < sum.length; i++) sum[i]! += node.increment[i]!;
      return;
    }
    const [left, right] = split(node);
    accumulate(left, from, Math.min(to, left.end), sum);
    accumulate(right, Math.max(from, right.start), to, sum);
  };

  return (sigma, sigmaNext) => {
    const from = clamp(roundTime(Math.min(sigma, sigmaNext)), start, end);
    const to = clamp(roundTime(Math.max(sigma, sigmaNext)), start, end);
    const sum = new Float64Array(root.increment.length);
    accumulate(root, from, to, sum);
    const sign = sigmaNext < sigma ? -1 : 1;
    return Float32Array.from(sum, (value) => (sign * value) / Math.sqrt(Math.abs(sigmaNext - sigma)));
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
