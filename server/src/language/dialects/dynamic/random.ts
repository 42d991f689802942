/**
 * Python's `random.Random(seed)`: MT19937 seeded with an integer's 32-bit words. Prompts expanded with a seed come out
 * as they do in the programs that are written in Python, and the same on every machine.
 */
export interface PythonRandom {
  /** The next 32 random bits. */
  next32(): number;
  /** Starts again from another seed. */
  reseed(seed: number): void;
  /** A whole number below `limit`, which lies between 1 and 2^32: Python's `randrange`. A limit of 1 draws as well. */
  below(limit: number): number;
  /** A number in [0, 1) with 53 random bits. */
  real(): number;
  /** The place in a list of weights that a random point of their sum falls on: Python's `choices`. */
  weighted(weights: readonly number[]): number;
}

const SIZE = 624;
const MIDDLE = 397;

/** Seeds a generator; the sign of the seed does not count, as in Python. */
export function createPythonRandom(seed: number): PythonRandom {
  let state = seedState(wholeSeed(seed));
  let index = SIZE;

  const next32 = (): number => {
    if (index >= SIZE) {
      advance(state);
      index = 0;
    }
    let bits = state[index++] as number;
    bits ^= bits >>> 11;
    bits ^= (bits << 7) & 0x9d2c5680;
    bits ^= (bits << 15) & 0xefc60000;
    bits ^= bits >>> 18;
    return bits >>> 0;
  };

  const real = (): number => ((next32() >>> 5) * 67108864 + (next32() >>> 6)) / 9007199254740992;

  return {
    next32,
    reseed(next) {
      state = seedState(wholeSeed(next));
      index = SIZE;
    },
    below(limit) {
      if (limit < 1) return 0;
      const width = 32 - Math.clz32(limit);
      let value = next32() >>> (32 - width);
      while (value >= limit) value = next32() >>> (32 - width);
      return value;
    },
    real,
    weighted(weights) {
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      const point = real() * total;
      let sum = 0;
      for (let index = 0; index < weights.length - 1; index++) {
        sum += weights[index] ?? 0;
        if (point < sum) return index;
      }
      return Math.max(0, weights.length - 1);
    },
  };
}

function wholeSeed(seed: number): number {
  return Math.abs(Math.trunc(Number.isFinite(seed) ? seed : 0));
}

/** The reference `init_by_array` with the seed's words, lowest first. */
function seedState(seed: number): Uint32Array {
  const high = Math.floor(seed / 2 ** 32);
  const key = high > 0 ? [seed % 2 ** 32, high] : [seed % 2 ** 32];
  const state = new Uint32Array(SIZE);
  state[0] = 19650218;
  const at = (position: number): number => state[position] as number;
  const mixed = (position: number): number => at(position - 1) ^ (at(position - 1) >>> 30);
  for (let i = 1; i < SIZE; i++) state[i] = Math.imul(1812433253, mixed(i)) + i;
  let i = 1;
  for (let step = 0; step < SIZE; step++) {
    const j = step % key.length;
    state[i] = (at(i) ^ Math.imul(mixed(i), 1664525)) + (key[j] as number) + j;
    if (++i >= SIZE) {
      state[0] = at(SIZE - 1);
      i = 1;
    }
  }
  for (let step = 0; step < SIZE - 1; step++) {
    state[i] = (at(i) ^ Math.imul(mixed(i), 1566083941)) - i;
    if (++i >= SIZE) {
      state[0] = at(SIZE - 1);
      i = 1;
    }
  }
  state[0] = 0x80000000;
  return state;
}

function advance(state: Uint32Array): void {
  for (let i = 0; i < SIZE; i++) {
    const bits = ((state[i] as number) & 0x80000000) | ((state[(i + 1) % SIZE] as number) & 0x7fffffff);
    const twisted = (state[(i + MIDDLE) % SIZE] as number) ^ (bits >>> 1);
    state[i] = bits & 1 ? twisted ^ 0x9908b0df : twisted;
  }
}
