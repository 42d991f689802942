import { highBits, lowBits } from './mersenneTwister';

const INIT_A = 0x43b0d7e5;
const MULTIPLY_A = 0x931e8875;
const INIT_B = 0x8b51f9dd;
const MULTIPLY_B = 0x58f38ded;
const MIX_LEFT = 0xca01f9dd;
const MIX_RIGHT = 0x4973f715;

/** What numpy's `SeedSequence` is made of. */
export interface SeedSequenceOptions {
  /** Below 2^53. */
  readonly entropy: number;
  readonly spawnKey?: readonly number[];
  /** Words of the entropy pool. torchsde's Brownian trees use 24. */
  readonly poolSize: number;
}

/**
 * numpy's `SeedSequence(entropy, spawn_key=…, pool_size=…).generate_state(count)`: 32-bit words that name the noise of
 * one node of a Brownian tree. The entropy's words are padded to the pool's size when a spawn key follows, so that
 * a key never overlaps the entropy.
 */
export function generateState(options: SeedSequenceOptions, count: number): Uint32Array {
  const pool = mixEntropy(assemble(options), options.poolSize);
  const state = new Uint32Array(count);
  let constant = INIT_B;
  for (let i = 0; i < count; i++) {
    let value = (pool[i % pool.length]! ^ constant) >>> 0;
    constant = Math.imul(constant, MULTIPLY_B) >>> 0;
    value = Math.imul(value, constant) >>> 0;
    state[i] = value ^ (value >>> 16);
  }
  return state;
}

function assemble({ entropy, spawnKey = [], poolSize }: SeedSequenceOptions): number[] {
  const words = toWords(entropy);
  if (spawnKey.length > 0) while (words.length < poolSize) words.push(0);
  return [...words, ...spawnKey.flatMap(toWords)];
}

function toWords(value: number): number[] {
  const high = highBits(value);
  return high === 0 ? [lowBits(value)] : [lowBits(value), high];
}

function mixEntropy(entropy: readonly number[], poolSize: number): Uint32Array {
  let constant = INIT_A;
  const hash = (value: number) => {
    let mixed = (value ^ constant) >>> 0;
    constant = Math.imul(constant, MULTIPLY_A) >>> 0;
    mixed = Math.imul(mixed, constant) >>> 0;
    return (mixed ^ (mixed >>> 16)) >>> 0;
  };
  const mix = (left: number, right: number) => {
    const mixed = (Math.imul(MIX_LEFT, left) - Math.imul(MIX_RIGHT, right)) >>> 0;
    return (mixed ^ (mixed >>> 16)) >>> 0;
  };

  const pool = new Uint32Array(poolSize);
  for (let i = 0; i < poolSize; i++) pool[i] = hash(entropy[i] ?? 0);
  for (let from = 0; from < poolSize; from++)
    for (let to = 0; to < poolSize; to++) if (from !== to) pool[to] = mix(pool[to]!, hash(pool[from]!));
  for (let from = poolSize; from < entropy.length; from++)
    for (let to = 0; to < poolSize; to++) pool[to] = mix(pool[to]!, hash(entropy[from]!));
  return pool;
}
