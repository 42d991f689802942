import { expect, it } from 'vitest';
import { resizePicture } from '../../../../server/src/engine/image';
import { golden } from '../golden';

interface Data {
  cases: { width: number; height: number; rgb: number[]; to: [number, number]; result: number[] }[];
}

it.each(golden<Data>('image/lanczos.json').cases)('$width x $height to $to as Pillow does', (row) => {
  const { width, height, rgb, to, result } = row;
  const resized = resizePicture({ width, height, rgb: Uint8Array.from(rgb) }, ...to);
  expect([resized.width, resized.height]).toEqual(to);
  expect([...resized.rgb]).toEqual(result);
});
