/** A term of a sum of tensors: a factor and a tensor. */
export type Term = readonly [factor: number, tensor: Float32Array];

/**
 * The sum of scaled tensors of one length. Rounds to float32 after every product and every sum, as the tensor programs
 * this engine is compared with do: at a noise level in the thousands the difference would show.
 */
export function combine(...terms: readonly Term[]): Float32Array {
  const result = new Float32Array(terms[0]![1].length);
  for (const [factor, tensor] of terms) {
    const scale = Math.fround(factor);
    for (let i = 0; i < result.length; i++) result[i]! += Math.fround(scale * tensor[i]!);
  }
  return result;
}

/** d of the probability-flow equation in the variance-exploding form: the direction in which the noise lies. */
export function direction(x: Float32Array, denoised: Float32Array, sigma: number): Float32Array {
  return x.map((value, i) => Math.fround(value - denoised[i]!) / sigma);
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
