import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  filesOf,
  originOf,
  outdatedBecause,
  type PictureNow,
  planDigest,
  stampsOf,
} from '../../../client/src/preview/origin';
import { lora, planFor } from '../../engine/support';
import { temporaryFolder } from '../engine/support';

const folder = temporaryFolder();
const at = (name: string) => path.join(folder, name);
mkdirSync(at('model/unet'), { recursive: true });
for (const name of [
  'model/unet/model.onnx',
  'a.vae.safetensors',
  'b.safetensors',
  'hat.safetensors',
  'init.png',
])
  writeFileSync(at(name), name);
const base = planFor();
const plan = {
  ...base,
  model: { ...base.model, path: at('model'), vae: at('a.vae.safetensors'), hash: '0123456789' },
  loras: [{ ...lora('hat', 1), path: at('hat.safetensors') }],
  init: { path: at('init.png'), strength: 0.5 },
  refiner: {
    model: { name: 'b', path: at('b.safetensors'), vae: at('a.vae.safetensors') },
    ...{ switchAt: 0.8, bySteps: false, passes: 'second' as const, loras: [] },
  },
};

describe('the files of a plan', () => {
  it('are all that it reads, each once', () => {
    const names = ['model', 'a.vae.safetensors', 'b.safetensors', 'hat.safetensors', 'init.png'];
    expect(filesOf(plan).map((file) => path.relative(folder, file))).toEqual(names);
  });
});

describe('the digest of a plan', () => {
  it('is that of the picture, whatever is merely noted in it', () => {
    const noted = { ...plan, infotext: 'other', model: { ...plan.model, hash: '9876543210' } };
    expect(planDigest(noted)).toBe(planDigest(plan));
  });

  it.each([
    ['the model', { model: { ...plan.model, path: '/other' } }],
    ['the VAE', { model: { ...plan.model, vae: '/other' } }],
    ['a weight', { loras: [{ ...plan.loras[0]!, unet: 0.9 }] }],
    ['a parameter', { parameters: { ...plan.parameters, cfgScale: 6 } }],
    ['the refiner', { refiner: undefined }],
  ])('follows %s', (_, change) => {
    expect(planDigest({ ...plan, ...change } as typeof plan)).not.toBe(planDigest(plan));
  });
});

describe('a picture is outdated', () => {
  const now = async (changes: Partial<PictureNow> = {}): Promise<PictureNow> => ({
    ...{ hasText: true, files: await stampsOf(filesOf(plan)), plan: planDigest(plan) },
    ...changes,
  });
  const origin = originOf(plan, undefined);
  const why = async (changes: Partial<PictureNow> = {}) => outdatedBecause(await origin, await now(changes));

  it('not while nothing has changed, nor where nobody can say', async () => {
    expect(await why()).toBeUndefined();
    expect(await why({ plan: undefined })).toBeUndefined();
  });

  it('when its prompt or a setting changed, or something is missing', async () => {
    expect(await why({ hasText: false, plan: undefined })).toBe('The prompt has changed since');
    expect(await why({ plan: 'other' })).toBe('Settings have changed since');
    expect(await why({ plan: 'none' })).toBe('Something it was made with is missing now');
  });

  it('when a file changed, was exchanged inside a folder, or is gone, and says which', async () => {
    await origin;
    writeFileSync(at('hat.safetensors'), 'another network');
    expect(await why()).toBe('hat.safetensors has changed since');
    writeFileSync(at('model/unet/model.onnx'), 'another model');
    expect(await why()).toBe('2 of its files have changed since');
    writeFileSync(at('hat.safetensors'), 'hat.safetensors');
    rmSync(at('init.png'));
    expect(await why()).toMatch(/^[23] of its files/);
  });
});
