import { expFloat32 } from '../../numerics/sigmas/float32';

/** A term of a sum of tensors: a factor and a tensor. */
export type Term = readonly [factor: number, tensor: Float32Array];

/**
 * The sum of scaled tensors of one length. Rounds to float32 after every product and every sum, as the tensor programs
 * this engine is compared with do: at a noise level in the thousands the difference would show.
 */
export function combine(...terms: readonly Term[]): Float32Array {
  const [[first, start], ...rest] = terms as readonly [Term, ...Term[]];
  const count = start.length;
  const result = new Float32Array(count);
  const scale = Math.fround(first);
  for (let i = 0; i < count; i++) result[i] = scale * start[i]!;
  for (const [factor, tensor] of rest) {
    const own = Math.fround(factor);
    for (let i = 0; i < count; i++) result[i]! += Math.fround(own * tensor[i]!);
  }
  return result;
}

/** d of the probability-flow equation in the variance-exploding form: the direction in which the noise lies. */
export function direction(x: Float32Array, denoised: Float32Array, sigma: number): Float32Array {
  const result = new Float32Array(x.length);
  for (let i = 0; i < result.length; i++) result[i] = Math.fround(x[i]! - denoised[i]!) / sigma;
  return result;
}

/**
 * Splits a step into one down to `down` and fresh noise of size `up`, so that both together arrive at the next level
 * (k-diffusion's `get_ancestral_step`). Rounded to float32 after each operation, as its tensors are: in a long step `down`
 * is the difference of two nearly equal squares, and has few digits in common with the exact one.
 * @param eta share of the fresh noise: 0 is none of it.
 */
export function ancestralStep(sigma: number, sigmaNext: number, eta = 1): { down: number; up: number } {
  if (eta === 0) return { down: sigmaNext, up: 0 };
  const { fround } = Math;
  const [square, squareNext] = [fround(sigma ** 2), fround(sigmaNext ** 2)];
  const variance = fround(fround(squareNext * fround(square - squareNext)) / square);
  const up = Math.min(sigmaNext, fround(eta * fround(Math.sqrt(Math.max(0, variance)))));
  return { down: fround(Math.sqrt(Math.max(0, fround(squareNext - fround(up ** 2))))), up };
}

/** The geometric middle of two noise levels, in float32 as k-diffusion and diffusers compute it. */
export function middleLevel(sigma: number, sigmaNext: number): number {
  const { fround } = Math;
  const [from, to] = [fround(Math.log(sigma)), fround(Math.log(sigmaNext))];
  return expFloat32(fround(to - fround(fround(to - from) * 0.5)));
}
