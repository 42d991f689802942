import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromMemory, toMemory } from '../../../client/src/preview/memory';
import type { PreviewImage, PreviewState } from '../../../server/src/shared/previewMessages';

const IMAGE: PreviewImage = {
  src: '/pictures/1.png',
  width: 96,
  height: 96,
  seed: 42,
  seconds: 0.5,
  merged: [{ name: 'hat', te: 1, unet: 1, networkType: 'lora', applied: 1, total: 2, reasons: ['why'] }],
  strategy: '',
  infotext: 'a house',
  changes: {
    loras: [
      { name: 'hat', ratio: 0.2, blocks: [{ block: 'mid_block', ratio: 0.2, touched: 1, modules: 2 }] },
    ],
    twins: [{ names: ['hat', 'cap'], isOpposite: false }],
  },
};
const DONE: PreviewState = {
  phase: 'done',
  title: 'a house',
  fileName: 'a.sdprompt',
  modelName: 'demo',
  image: IMAGE,
};
const ORIGIN = { plan: 'abc', files: { '/m.safetensors': '1 2' }, seed: 42, model: 'demo' };
const TARGET = { uri: 'file:///a.sdprompt', line: 3, text: 'a house', origin: ORIGIN };
const yes = () => true;

const reloaded = (value: unknown, accept = yes) => fromMemory(JSON.parse(JSON.stringify(value)), accept);

describe('what a reload brings back', () => {
  it('is the picture with all that was said about it, and its place', () => {
    expect(
      reloaded(toMemory({ ...DONE, outdated: 'mira has changed since', warnings: ['a note'] }, TARGET)),
    ).toEqual({
      version: 1,
      state: { ...DONE, outdated: 'mira has changed since', warnings: ['a note'] },
      target: TARGET,
    });
  });

  it('is a cancelled run with the last picture, if a run was going on', () => {
    const running: PreviewState = {
      ...DONE,
      phase: 'running',
      progress: { label: 'Step 1', picture: 'data:long' },
    };
    const memory = toMemory(running, TARGET);
    expect(JSON.stringify(memory)).not.toContain('data:long');
    expect(reloaded(memory).state).toEqual({ ...DONE, phase: 'cancelled' });
  });

  it.each([
    ['a block without a number', { loras: [{ name: 'hat', ratio: 1, blocks: [{ block: 'b' }] }], twins: [] }],
    ['one twin', { loras: [], twins: [{ names: ['hat'], isOpposite: false }] }],
    ['text', 'much'],
  ])('is not a picture with changes that are none: %s', (_, changes) => {
    const state = { ...DONE, image: { ...IMAGE, changes } } as unknown as PreviewState;
    expect(reloaded(toMemory(state, TARGET)).state.image).toBeUndefined();
  });

  it('is nothing without a picture', () => {
    expect(
      reloaded(toMemory({ phase: 'failed', problem: { code: 'a', message: 'b', remedy: 'c' } }, undefined)),
    ).toEqual({
      version: 1,
      state: { phase: 'empty' },
    });
  });

  it('leaves out a picture whose path is not vouched for', () => {
    const memory = reloaded(toMemory(DONE, TARGET), () => false);
    expect(memory.state.image).toBeUndefined();
    expect(memory.state.phase).toBe('empty');
  });
});

it('takes no harm from a memory that is anything at all', () => {
  const near = fc.record(
    {
      version: fc.constantFrom(1, 2, '1'),
      state: fc.record({
        phase: fc.anything(),
        image: fc.anything(),
        title: fc.anything(),
        warnings: fc.anything(),
      }),
      target: fc.anything(),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.oneof(fc.anything(), near), (value) => {
      const { state, target } = fromMemory(value, yes);
      expect(['empty', 'done', 'cancelled']).toContain(state.phase);
      expect(state.title === undefined || typeof state.title === 'string').toBe(true);
      expect(target === undefined || Number.isInteger(target.line)).toBe(true);
    }),
    { seed: 20250131, numRuns: 1000 },
  );
});
