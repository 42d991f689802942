import { describe, expect, it } from 'vitest';
import { latentPicture, previewFactors } from '../../../../server/src/engine/preview';

describe('preview of latents', () => {
  it.each(['sd1', 'sd2', 'sdxl', 'demo', undefined])('knows the colours of %s', (architecture) => {
    const factors = previewFactors(architecture, 4)!;
    expect(factors.channels).toHaveLength(4);
    expect(factors.channels.flat().some((value) => value !== 0)).toBe(true);
  });

  it('mixes a pixel from its channels', () => {
    const latents = Float32Array.from([1, 0, 0, 0, 0, 0, 0, 1]);
    const picture = latentPicture(latents, [4, 1, 2], 'sd1')!;
    expect(picture).toMatchObject({ width: 2, height: 1 });
    const byte = (value: number) => Math.trunc(((value + 1) / 2) * 255);
    expect([...picture.rgb]).toEqual(
      [
        0.337366 - 0.017478,
        0.216344 - 0.055834,
        0.257386 - 0.105825,
        -0.178022 - 0.017478,
        -0.200862 - 0.055834,
        -0.678514 - 0.105825,
      ].map(byte),
    );
  });

  it('keeps bright and dark latents within a byte', () => {
    const picture = latentPicture(new Float32Array(4).fill(100), [4, 1, 1], 'sdxl')!;
    expect([...picture.rgb].every((value) => value === 0 || value === 255)).toBe(true);
  });

  it('has no picture of latents with other channels', () => {
    expect(latentPicture(new Float32Array(16), [16, 1, 1], 'sd3')).toBeUndefined();
  });
});
