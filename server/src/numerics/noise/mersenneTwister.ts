const STATE = 624;
const SHIFT = 397;

/** MT19937, the generator behind torch's CPU noise and numpy's RandomState: 32-bit numbers, one after the other. */
export interface MersenneTwister {
  /** The next number, 0 … 2^32-1. */
  next(): number;
}

/** Seeds MT19937 with the low 32 bits of `seed`, by Knuth's multiplier, as the reference `init_genrand` does. */
export function createMersenneTwister(seed: number): MersenneTwister {
  const state = new Uint32Array(STATE);
  state[0] = lowBits(seed);
  for (let i = 1; i < STATE; i++) {
    const previous = state[i - 1]!;
    state[i] = Math.imul(1812433253, previous ^ (previous >>> 30)) + i;
  }
  let index = STATE;

  return {
    next() {
      if (index === STATE) {
        twist(state);
        index = 0;
      }
      let y = state[index++]!;
      y ^= y >>> 11;
      y ^= (y << 7) & 0x9d2c5680;
      y ^= (y << 15) & 0xefc60000;
      return (y ^ (y >>> 18)) >>> 0;
    },
  };
}

/** The low 32 bits of an integer below 2^53, which `>>> 0` alone gives for any size, negative ones included. */
export function lowBits(value: number): number {
  return value >>> 0;
}

/** Bits 32 … 63 of an integer below 2^53. */
export function highBits(value: number): number {
  return Math.floor(value / 2 ** 32) >>> 0;
}

function twist(state: Uint32Array): void {
  const turn = (i: number, next: number, far: number) => {
    const mixed = (state[i]! & 0x80000000) | (state[next]! & 0x7fffffff);
    state[i] = state[far]! ^ (mixed >>> 1) ^ (-(mixed & 1) & 0x9908b0df);
  };
  for (let i = 0; i < STATE - SHIFT; i++) turn(i, i + 1, i + SHIFT);
  for (let i = STATE - SHIFT; i < STATE - 1; i++) turn(i, i + 1, i + SHIFT - STATE);
  turn(STATE - 1, 0, SHIFT - 1);
}
