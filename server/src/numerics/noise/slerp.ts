/** Above this mean cosine two noises count as parallel. */
const PARALLEL = 0.9995;

/**
 * The web UI's variation seeds: a spherical mix of two noise tensors of shape [channels, height, width], `low` at 0 and
 * `high` at 1. Angles are taken along the second axis (the image's height), one for every channel and column, as the
 * web UI does; nearly parallel noises are mixed in a line, and there, as there, with the shares the other way round.
 */
export function slerp(
  strength: number,
  low: Float32Array,
  high: Float32Array,
  shape: readonly [channels: number, height: number, width: number],
): Float32Array {
  const [channels, height, width] = shape;
  const at = (channel: number, row: number, column: number) => (channel * height + row) * width + column;

  const cosines = new Float64Array(channels * width);
  for (let channel = 0; channel < channels; channel++)
    for (let column = 0; column < width; column++) {
      let [lowNorm, highNorm, product] = [0, 0, 0];
      for (let row = 0; row < height; row++) {
        const [a, b] = [low[at(channel, row, column)]!, high[at(channel, row, column)]!];
        lowNorm += a * a;
        highNorm += b * b;
        product += a * b;
      }
      cosines[channel * width + column] = product / (Math.sqrt(lowNorm) * Math.sqrt(highNorm));
    }

  const mean = cosines.reduce((sum, value) => sum + value, 0) / cosines.length;
  if (mean > PARALLEL) return low.map((value, i) => value * strength + high[i]! * (1 - strength));

  const mixed = new Float32Array(low.length);
  for (let channel = 0; channel < channels; channel++)
    for (let column = 0; column < width; column++) {
      const angle = Math.acos(cosines[channel * width + column]!);
      const lowShare = Math.sin((1 - strength) * angle) / Math.sin(angle);
      const highShare = Math.sin(strength * angle) / Math.sin(angle);
      for (let row = 0; row < height; row++) {
        const i = at(channel, row, column);
        mixed[i] = lowShare * low[i]! + highShare * high[i]!;
      }
    }
  return mixed;
}
