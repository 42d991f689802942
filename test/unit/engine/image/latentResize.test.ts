import { expect, it } from 'vitest';
import { type LatentResize, resizeLatents } from '../../../../server/src/engine/image';
import { expectClose, golden } from '../golden';

interface Data {
  cases: {
    mode: LatentResize;
    shape: [number, number, number];
    to: { height: number; width: number };
    latents: number[];
    result: number[];
  }[];
}

it.each(golden<Data>('image/interpolate.json').cases)('$mode of $shape to $to as torch does', (row) => {
  const { mode, shape, to, latents, result } = row;
  expectClose(resizeLatents(Float32Array.from(latents), shape, to, mode), result, 1e-5);
});

it('leaves latents of the right size alone', () => {
  const latents = Float32Array.from({ length: 24 }, (_, i) => i / 7);
  for (const mode of ['nearest', 'bilinear', 'bicubic'] as const)
    expect(resizeLatents(latents, [2, 3, 4], { height: 3, width: 4 }, mode)).toEqual(latents);
});
