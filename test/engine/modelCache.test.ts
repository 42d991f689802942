import { statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { checkpointOf } from '../../scripts/checkpoint/convert';
import { createModelCache } from '../../server/src/engine/model/cache';
import { collect } from '../../server/src/engine/runtime/collect';
import { temporaryFolder } from '../unit/engine/support';
import { DEMO, OPTIONS } from './support';

const folder = temporaryFolder();
const file = path.join(folder, 'demo.safetensors');
writeFileSync(file, checkpointOf(DEMO, { dtype: 'F16', architecture: 'demo' }));
const size = statSync(file).size;

/** Opens the exported model, then the checkpoint, while so much memory is free; tells whether the first stayed. */
async function firstStays(free: number): Promise<boolean> {
  const modelCache = createModelCache(() => free);
  const first = await modelCache.take({ name: 'demo', path: DEMO }, OPTIONS);
  const second = await modelCache.take({ name: 'file', path: file }, OPTIONS);
  if (!first.ok || !first.value || !second.ok || !second.value) throw new Error('no model');
  const stays = first.value.model.isOpen();
  expect(second.value.model.isOpen()).toBe(true);
  await modelCache.release();
  return stays;
}

it('halves of a file count as the whole floats they become', async () => {
  // Weights, and half as much again to draw with.
  const asStored = size * 1.5;
  const asRun = 2 * asStored;
  expect(await firstStays(asRun * 1.1)).toBe(true);
  expect(await firstStays(asRun * 0.9)).toBe(false);
  expect(await firstStays(asStored * 1.1)).toBe(false);
});

it('arrays that nobody refers to are gone at once', () => {
  const before = process.memoryUsage().arrayBuffers;
  let large: Uint8Array | undefined = new Uint8Array(2 ** 28);
  const held = process.memoryUsage().arrayBuffers - before;
  large = undefined;
  collect();
  expect(held).toBeGreaterThan(2 ** 27);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 27);
  expect(large).toBeUndefined();
});

it('a model that is closed lets go of its merged weights, whoever still knows it', async () => {
  const modelCache = createModelCache();
  const taken = await modelCache.take({ name: 'file', path: file }, OPTIONS);
  if (!taken.ok || !taken.value) throw new Error('no model');
  const { unet, textEncoder } = taken.value.model;
  const fed = () => [unet, textEncoder.component].map(({ feeds }) => Object.keys(feeds).length);
  expect(Math.min(...fed())).toBeGreaterThan(0);
  await modelCache.release();
  expect(fed()).toEqual([0, 0]);
});

it('a model that is open stays, however little is free', async () => {
  const modelCache = createModelCache(() => 0);
  const model = { name: 'file', path: file };
  const first = await modelCache.take(model, OPTIONS);
  const again = await modelCache.take(model, OPTIONS);
  expect(first.ok && again.ok && first.value?.model === again.value?.model).toBe(true);
  await modelCache.release();
});
