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
 * Splits a step into one down to `down` and fresh noise of size `up`, so that both together arrive at the next level.
 * @param eta share of fresh noise: 0 takes none.
 */
export function ancestralStep(sigma: number, sigmaNext: number, eta = 1): { down: number; up: number } {
  if (eta === 0) return { down: sigmaNext, up: 0 };
  const variance = (sigmaNext ** 2 * (sigma ** 2 - sigmaNext ** 2)) / sigma ** 2;
  const up = Math.min(sigmaNext, eta * Math.sqrt(Math.max(0, variance)));
  return { down: Math.sqrt(Math.max(0, sigmaNext ** 2 - up ** 2)), up };
}
