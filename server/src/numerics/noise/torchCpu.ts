import { createMersenneTwister } from './mersenneTwister';
import { elementCount, type NoiseSource } from './source';

/** From this many elements on torch fills tensors sixteen at a time. */
const BLOCK = 16;

/** `torch.Generator('cpu')`: normal numbers, and the uniform ones they are made of. */
export interface TorchGenerator extends NoiseSource {
  /** `torch.rand`, float32: 24 bits per number. */
  rand(count: number): Float32Array;
  /** `torch.rand`, float64: 53 bits of two draws. */
  rand64(count: number): Float64Array;
}

/**
 * Float32 noise as `torch.randn` draws it on a CPU after `manual_seed(seed)`.
 *
 * Tensors of 16 elements and more take one 24-bit uniform per element and turn them into normal numbers by Box-Muller,
 * eight with eight. A length that is no multiple of 16 has its last 16 values drawn again. Shorter tensors take 53-bit
 * uniforms one element at a time and keep the second number of a pair for the next such draw.
 */
export function createTorchCpuNoise(seed: number): TorchGenerator {
  const twister = createMersenneTwister(seed);
  let kept: number | undefined;

  const uniform32 = () => (twister.next() & 0xffffff) / 2 ** 24;
  const uniform64 = () => {
    const high = twister.next();
    const low = twister.next();
    return ((high & 0x1fffff) * 2 ** 32 + low) / 2 ** 53;
  };

  const single = () => {
    if (kept !== undefined) {
      const value = kept;
      kept = undefined;
      return value;
    }
    const angle = 2 * Math.PI * uniform64();
    const radius = Math.sqrt(-2 * Math.log1p(-uniform64()));
    kept = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };

  return {
    randn(shape) {
      const count = elementCount(shape);
      const values = new Float32Array(count);
      if (count < BLOCK) {
        for (let i = 0; i < count; i++) values[i] = single();
        return values;
      }
      for (let i = 0; i < count; i++) values[i] = uniform32();
      for (let start = 0; start + BLOCK <= count; start += BLOCK) boxMuller(values, start);
      if (count % BLOCK !== 0) {
        const start = count - BLOCK;
        for (let i = start; i < count; i++) values[i] = uniform32();
        boxMuller(values, start);
      }
      return values;
    },
    rand: (count) => Float32Array.from({ length: count }, uniform32),
    rand64: (count) => Float64Array.from({ length: count }, uniform64),
  };
}

/** Turns 16 uniform numbers into normal ones in place: number j with number j + 8, every operation rounded to float32. */
function boxMuller(values: Float32Array, start: number): void {
  const { fround } = Math;
  const half = BLOCK / 2;
  const turn = fround(2 * Math.PI);
  for (let i = start; i < start + half; i++) {
    const radius = fround(Math.sqrt(fround(-2 * fround(Math.log(fround(1 - values[i]!))))));
    const angle = fround(turn * values[i + half]!);
    values[i] = radius * fround(Math.cos(angle));
    values[i + half] = radius * fround(Math.sin(angle));
  }
}
