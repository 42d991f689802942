import { describe, expect, it } from 'vitest';
import { createImageNoise, createNoise, type LatentShape } from '../../../../server/src/numerics/noise';
import { expectClose } from '../../engine/golden';

const shape: LatentShape = [4, 6, 5];

describe('noise of one image', () => {
  it('goes on with the stream of the first draw', () => {
    const noise = createImageNoise({ kind: 'CPU', seed: 7, shape });
    const stream = createNoise('CPU', 7);
    expect(noise.first()).toEqual(stream.randn(shape));
    expect(noise.next()).toEqual(stream.randn(shape));
    expect(noise.next()).toEqual(stream.randn(shape));
  });

  it('starts a new stream after the first draw with an eta noise seed delta', () => {
    const noise = createImageNoise({ kind: 'NV', seed: 7, shape, ensd: 31337 });
    expect(noise.first()).toEqual(createNoise('NV', 7).randn(shape));
    expect(noise.next()).toEqual(createNoise('NV', 31344).randn(shape));
  });

  it('serves GPU by Philox', () => {
    expect(createNoise('GPU', 5).randn(shape)).toEqual(createNoise('NV', 5).randn(shape));
  });

  it.each([
    [0, 11],
    [1, 12],
  ])('a variation of strength %d is the noise of seed %d', (strength, seed) => {
    const noise = createImageNoise({ kind: 'CPU', seed: 11, shape, variation: { seed: 12, strength } });
    expectClose(noise.first(), createNoise('CPU', seed).randn(shape), 1e-6);
  });

  it('a variation between two seeds keeps the length of its columns between theirs', () => {
    const length = (values: Float32Array) =>
      Math.hypot(...Array.from({ length: shape[1] }, (_, row) => values[row * shape[2]]!));
    const noise = createImageNoise({
      kind: 'CPU',
      seed: 11,
      shape,
      variation: { seed: 12, strength: 0.5 },
    }).first();
    const ends = [11, 12].map((seed) => length(createNoise('CPU', seed).randn(shape)));
    expect(length(noise)).toBeGreaterThan(Math.min(...ends) * 0.7);
    expect(length(noise)).toBeLessThan(Math.max(...ends) * 1.3);
  });

  it('puts noise of another size in the middle', () => {
    const small = createNoise('CPU', 3).randn([4, 2, 3]);
    const noise = createImageNoise({
      kind: 'CPU',
      seed: 3,
      shape,
      resizeFrom: { height: 2, width: 3 },
    }).first();
    expect([...noise.subarray(2 * 5 + 1, 2 * 5 + 4)]).toEqual([...small.subarray(0, 3)]);
    expect([...noise.subarray(3 * 5 + 1, 3 * 5 + 4)]).toEqual([...small.subarray(3, 6)]);
    const large = createNoise('CPU', 3).randn([4, 10, 9]);
    const cut = createImageNoise({
      kind: 'CPU',
      seed: 3,
      shape,
      resizeFrom: { height: 10, width: 9 },
    }).first();
    expect([...cut.subarray(0, 5)]).toEqual([...large.subarray(2 * 9 + 2, 2 * 9 + 7)]);
  });
});
