import { describe, expect, it } from 'vitest';
import {
  decodeJpeg,
  decodeWebp,
  encodeJpeg,
  encodeWebp,
  type RgbPicture,
} from '../../../../server/src/engine/image';

/** A red and a blue half with a soft edge: what a codec must keep at any quality. */
function picture(width: number, height: number): RgbPicture {
  const rgb = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const share = Math.min(1, Math.max(0, (x - width / 4) / (width / 2)));
      rgb.set([255 * (1 - share), 64 + y, 255 * share], (y * width + x) * 3);
    }
  return { width, height, rgb };
}
const far = (left: Uint8Array, right: Uint8Array) =>
  left.reduce((sum, value, i) => sum + Math.abs(value - right[i]!), 0) / left.length;

describe.each([
  ['JPEG', encodeJpeg, decodeJpeg],
  ['WebP', encodeWebp, decodeWebp],
] as const)('%s', (_, encode, decode) => {
  it('keeps size and pixels, better at higher quality', async () => {
    const source = picture(45, 31);
    const rough = await encode(source, 20);
    const fine = await encode(source, 95);
    const [a, b] = [await decode(rough), await decode(fine)];
    expect([a.width, a.height, b.width, b.height]).toEqual([45, 31, 45, 31]);
    expect(fine.length).toBeGreaterThan(rough.length);
    expect(far(b.rgb, source.rgb)).toBeLessThan(far(a.rgb, source.rgb));
    expect(far(b.rgb, source.rgb)).toBeLessThan(4);
  });

  it('gives the same bytes for the same pixels', async () => {
    const bytes = await encode(picture(16, 16), 80);
    expect(await encode(picture(16, 16), 80)).toEqual(bytes);
  });

  it('throws at what is broken, and works on afterwards', async () => {
    const bytes = await encode(picture(16, 16), 80);
    await expect(decode(bytes.subarray(0, 20))).rejects.toThrow();
    await expect(decode(new Uint8Array(64))).rejects.toThrow();
    expect((await decode(bytes)).width).toBe(16);
  });
});

it('WebP loses nothing at quality 100', async () => {
  const source = picture(45, 31);
  expect((await decodeWebp(await encodeWebp(source, 100))).rgb).toEqual(source.rgb);
});
