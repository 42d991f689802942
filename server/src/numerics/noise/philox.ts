import { highBits, lowBits } from './mersenneTwister';
import { elementCount, type NoiseSource } from './source';

const ROUNDS = 10;
const MULTIPLIERS = [0xd2511f53, 0xcd9e8d57] as const;
const KEY_STEPS = [0x9e3779b9, 0xbb67ae85] as const;
/** 2^-32 as the float32 the web UI writes it. */
const UNIT = Math.fround(2.3283064e-10);
const TURN = Math.fround(Math.fround(2.3283064e-10) * Math.fround(6.2831855));

/**
 * Noise as `torch.randn` draws it on an NVIDIA GPU (the web UI's `RNG: NV`): Philox 4x32, ten rounds. Element i of draw
 * n uses the counter (n, 0, i, 0), so a value depends on its position and on how many draws came before, not on their
 * sizes.
 */
export function createPhiloxNoise(seed: number): NoiseSource {
  const key = [lowBits(seed), highBits(seed)] as const;
  let draws = 0;
  return {
    randn(shape) {
      const values = new Float32Array(elementCount(shape));
      for (let i = 0; i < values.length; i++) values[i] = normal(draws, i, key);
      draws++;
      return values;
    },
  };
}

/** One Box-Muller number from the first two words of a Philox block. */
function normal(draw: number, element: number, key: readonly [number, number]): number {
  const { fround } = Math;
  const [x, y] = firstWords(draw, element, key);
  const u = fround(fround(fround(x) * UNIT) + fround(UNIT / 2));
  const v = fround(fround(fround(y) * TURN) + fround(TURN / 2));
  return fround(fround(Math.sqrt(fround(-2 * fround(Math.log(u))))) * fround(Math.sin(v)));
}

function firstWords(draw: number, element: number, key: readonly [number, number]): [number, number] {
  let [a, b, c, d] = [draw >>> 0, 0, element >>> 0, 0];
  let [key0, key1] = key;
  for (let round = 0; round < ROUNDS; round++) {
    if (round > 0) {
      key0 = (key0 + KEY_STEPS[0]) >>> 0;
      key1 = (key1 + KEY_STEPS[1]) >>> 0;
    }
    const [high0, low0] = multiply(MULTIPLIERS[0], a);
    const [high1, low1] = multiply(MULTIPLIERS[1], c);
    [a, b, c, d] = [(high1 ^ b ^ key0) >>> 0, low1, (high0 ^ d ^ key1) >>> 0, low0];
  }
  return [a, b];
}

/** The 64-bit product of two 32-bit numbers as high and low word. */
function multiply(left: number, right: number): [high: number, low: number] {
  const leftHigh = left >>> 16;
  const leftLow = left & 0xffff;
  const low = leftLow * right;
  const middle = leftHigh * right + Math.floor(low / 65536);
  return [Math.floor(middle / 65536) >>> 0, Math.imul(left, right) >>> 0];
}
