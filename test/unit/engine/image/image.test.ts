import { describe, expect, it } from 'vitest';
import { toRgb } from '../../../../server/src/engine/image';

describe('pixels', () => {
  it('interleaves the channels and cuts fractions off', () => {
    const decoded = Float32Array.from([-1, 1, 0, 0.5, 2, -2]);
    expect([...toRgb(decoded, 2, 1)]).toEqual([0, 127, 255, 255, 191, 0]);
  });
  it('rounds when asked', () => {
    const decoded = Float32Array.from([1.4 / 127.5 - 1, 1.6 / 127.5 - 1, 0.6]);
    expect([...toRgb(decoded, 1, 1, 'round')]).toEqual([1, 2, 204]);
  });
});
