import { describe, expect, it } from 'vitest';
import { DEFAULT_PATTERN, type FileNameParts, fileName, toRgb } from '../../../../server/src/engine/image';

const parts: FileNameParts = {
  seed: 42,
  prompt: 'a cat, on: a "mat" / with <lora:x:1> and many more words than fit',
  model: 'sd15',
  sampler: 'DPM++ 2M',
  steps: 20,
  cfg: 7,
  width: 512,
  height: 768,
};
const free = () => false;

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

describe('file names', () => {
  it.each([
    [DEFAULT_PATTERN, '00000-42'],
    ['[model]/[sampler] [steps] [cfg]', 'sd15_DPM++ 2M 20 7'],
    ['[width]x[height]-[unknown]', '512x768-[unknown]'],
    ['[prompt]', 'a cat on_ a _mat_ _ with _lora_x_1_'],
    ['con', '_con'],
    ['...', '_'],
  ])('%s', (pattern, name) => {
    expect(fileName(pattern, parts, free)).toBe(name);
  });

  it.each([
    [DEFAULT_PATTERN, '00002-42'],
    ['[seed]', '42-2'],
    ['x'.repeat(300), `${'x'.repeat(300)}-2`],
  ])('counts up to a free name: %s', (pattern, name) => {
    const taken = new Set<string>();
    for (let i = 0; i < 2; i++) taken.add(fileName(pattern, parts, (one) => taken.has(one)));
    expect(fileName(pattern, parts, (one) => taken.has(one))).toBe(name);
  });
});
