/** How brightness becomes a byte: the web UI cuts fractions off, diffusers rounds half to even. */
export type PixelRounding = 'truncate' | 'round';

/**
 * A decoded picture as bytes.
 * @param decoded the decoder's output, [3, height, width], −1 … 1.
 * @returns RGB, row by row.
 */
export function toRgb(
  decoded: Float32Array,
  width: number,
  height: number,
  rounding: PixelRounding = 'truncate',
): Uint8Array {
  const count = width * height;
  const rgb = new Uint8Array(count * 3);
  for (let channel = 0; channel < 3; channel++)
    for (let i = 0; i < count; i++) {
      const value = Math.min(1, Math.max(0, decoded[channel * count + i]! / 2 + 0.5)) * 255;
      rgb[i * 3 + channel] = rounding === 'truncate' ? value : roundHalfEven(value);
    }
  return rgb;
}

function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  const fraction = value - below;
  return fraction > 0.5 || (fraction === 0.5 && below % 2 === 1) ? below + 1 : below;
}
