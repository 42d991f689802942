import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { inflateSync } from 'node:zlib';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, describe, expect, it } from 'vitest';
import { createVaeEncoder } from '../../server/src/engine/model/vaeEncoder';
import { createRuntime } from '../../server/src/engine/runtime/session';
import { assemble, editGraph, encode, memorySource, readModel } from '../../server/src/formats/onnx/index';
import { decodePng } from '../../server/src/formats/png/index';
import type { PlanHires } from '../../server/src/shared/plan';
import { distance, numbers, temporaryFolder, write } from '../unit/engine/support';
import { DEMO, OPTIONS, planFor, prompt, QUIET, renderer } from './support';

const folder = temporaryFolder();
const { engine, render } = renderer(folder);
afterAll(() => engine.unload());

const ENCODER = path.join(DEMO, 'vae_encoder', 'model.onnx');
const SCALING = 0.5148125216062287;
const pixelsOf = (bytes: Uint8Array) => {
  const decoded = decodePng(bytes, (data) => inflateSync(data));
  if (!decoded.ok) throw new Error(decoded.problem.message);
  return decoded.value;
};
const far = (left: Uint8Array, right: Uint8Array) =>
  left.reduce((sum, value, i) => sum + Math.abs(value - right[i]!), 0) / left.length;

async function encoded(file: string) {
  const encoder = createVaeEncoder({
    runtime: createRuntime(1),
    graph: file,
    channels: 4,
    scalingFactor: SCALING,
    shiftFactor: 0,
  });
  const rgb = Uint8Array.from(numbers(16 * 24 * 3, 4), (value) => (value + 1) * 127);
  const latents = await encoder.encode({ width: 24, height: 16, rgb });
  await encoder.release();
  if (!latents.ok) throw new Error(latents.problem.message);
  return { rgb, latents: latents.value };
}

describe('the VAE encoder', () => {
  it('gives the scaled mean', async () => {
    const { rgb, latents } = await encoded(ENCODER);
    const unit = Float32Array.from({ length: rgb.length }, (_, i) => {
      const [channel, pixel] = [Math.floor(i / (16 * 24)), i % (16 * 24)];
      return (rgb[pixel * 3 + channel]! / 255) * 2 - 1;
    });
    const session = await InferenceSession.create(ENCODER, { intraOpNumThreads: 1 });
    const output = await session.run({ sample: new Tensor('float32', unit, [1, 3, 16, 24]) });
    await session.release();
    const mean = (output.latent_parameters!.data as Float32Array).slice(0, 4 * 2 * 3);
    expect(latents).toHaveLength(4 * 2 * 3);
    expect(
      distance(
        latents,
        mean.map((value) => value * SCALING),
      ),
    ).toBeLessThan(1e-4);
  });

  /** The built-in encoder, whose only output is the mean, with nodes put behind it. */
  function behind(name: string, nodes: readonly Uint8Array[]): string {
    const read = readModel(memorySource(readFileSync(ENCODER)));
    if (!read.ok) throw new Error(read.problem.message);
    const last = read.value.nodes.findIndex((node) => node.outputs.includes('latent_parameters'));
    const edits = {
      rename: new Map([[last, new Map([[0, 'mean']])]]),
      insertAfter: new Map([[last, nodes]]),
    };
    return write(folder, name, assemble(editGraph(read.value, edits), read.value.source));
  }

  it('silences the noise that old exports draw inside the graph', async () => {
    const file = behind('sampled.onnx', [
      encode.node('Exp', ['mean'], ['spread'], 'exp'),
      encode.node('RandomNormalLike', ['mean'], ['draw'], 'draw'),
      encode.node('Mul', ['spread', 'draw'], ['noise'], 'mul'),
      encode.node('Add', ['mean', 'noise'], ['latent_parameters'], 'add'),
    ]);
    expect((await encoded(file)).latents).toEqual((await encoded(ENCODER)).latents);
  });

  it('leaves out the variances that newer exports give behind the mean', async () => {
    const axis = [encode.intAttribute('axis', 1)];
    const nodes = [encode.node('Exp', ['mean'], ['variance'], 'exp')];
    nodes.push(encode.node('Concat', ['mean', 'variance'], ['latent_parameters'], 'concat', axis));
    const file = behind('both.onnx', nodes);
    expect((await encoded(file)).latents).toEqual((await encoded(ENCODER)).latents);
  });
});

describe('image to image', () => {
  it('keeps the picture at strength 0 and leaves it as the strength grows', async () => {
    const first = await render();
    const original = pixelsOf(first.bytes).rgb;
    const distances: number[] = [];
    for (const strength of [0, 0.5, 1]) {
      const init = { path: first.path, strength };
      const { bytes } = await render({ positive: 'a blue car at night', init, parameters: { steps: 8 } });
      distances.push(far(pixelsOf(bytes).rgb, original));
    }
    expect(distances[0]).toBeLessThan(distances[1]! / 2);
    expect(distances[1]).toBeLessThan(distances[2]!);
  });

  it('gives the same bytes again, opens one session once, and takes other sizes', async () => {
    await engine.unload();
    const { path: picture } = await render();
    const again = { init: { path: picture, strength: 0.6 }, parameters: { width: 64, height: 128 } };
    const one = await render(again);
    const two = await render(again);
    expect(two.bytes.equals(one.bytes)).toBe(true);
    expect([one.sessionsCreated, two.sessionsCreated]).toEqual([1, 0]);
    expect([pixelsOf(one.bytes).width, pixelsOf(one.bytes).height]).toEqual([64, 128]);
  });

  it.each(['Euler a', 'DPM++ 2M', 'DDIM', 'PLMS', 'UniPC', 'LCM'])('works with %s', async (sampler) => {
    const { path: picture } = await render({ parameters: { steps: 2 } });
    const init = { path: picture, strength: 0.5 };
    const result = await render({ init, parameters: { sampler, steps: 6 } });
    expect(pixelsOf(result.bytes).rgb.some((value) => value > 0)).toBe(true);
  });

  it.each([
    ['init-image-missing', () => path.join(folder, 'none.png')],
    ['init-image-format', () => write(folder, 'a.jpg', 'no picture')],
    ['init-image-format', () => write(folder, 'b.jpg', Buffer.from('ffd8ffe00000', 'hex'))],
    ['init-image-format', () => write(folder, 'b.webp', Buffer.from('RIFF\0\0\0\0WEBPVP8 '))],
    ['init-image-format', () => write(folder, 'cut.png', readFileSync(ENCODER).subarray(0, 9))],
    ['init-image-format', () => folder],
  ])('%s', async (code, file) => {
    const plan = planFor({ init: { path: file(), strength: 0.5 } });
    const outcome = await engine.generate(plan, OPTIONS, path.join(folder, 'never.png'), QUIET);
    expect(outcome).toMatchObject({ type: 'failed', problem: { code } });
  });

  it('needs a VAE encoder', async () => {
    const { path: picture } = await render();
    const copy = path.join(folder, 'no-encoder');
    mkdirSync(copy);
    cpSync(DEMO, copy, { recursive: true });
    rmSync(path.join(copy, 'vae_encoder'), { recursive: true });
    writeFileSync(path.join(copy, 'note.txt'), '');
    const plan = planFor({ modelPath: copy, init: { path: picture, strength: 0.5 } });
    const outcome = await engine.generate(plan, OPTIONS, path.join(folder, 'never.png'), QUIET);
    expect(outcome).toMatchObject({ type: 'failed', problem: { code: 'vae-encoder-missing' } });
  });
});

describe('hires fix', () => {
  const hires = (changes: Partial<PlanHires> = {}): PlanHires => ({
    width: 160,
    height: 160,
    steps: 6,
    strength: 0.5,
    upscaler: 'Latent',
    sampler: 'Euler',
    scheduleType: 'Automatic',
    cfgScale: 5,
    positive: prompt('a red house in a meadow'),
    negative: prompt(''),
    ...changes,
  });

  it.each(['Latent', 'Latent (nearest-exact)', 'Lanczos'])(
    'enlarges by %s and keeps the picture',
    async (upscaler) => {
      const small = await render();
      const large = await render({ hires: hires({ upscaler, strength: 0.3 }) });
      expect([large.width, large.height]).toEqual([160, 160]);
      const { width, height } = pixelsOf(large.bytes);
      expect([width, height]).toEqual([160, 160]);
      const other = await render({ hires: hires({ upscaler, strength: 0.3 }) });
      expect(other.bytes.equals(large.bytes)).toBe(true);
      expect(small.latentsSha256).not.toBe(large.latentsSha256);
    },
  );

  it('cuts the middle out where the proportions change', async () => {
    const cut = await render({
      hires: hires({ width: 96, height: 160, enlarged: { width: 160, height: 160 } }),
    });
    expect([cut.width, cut.height]).toEqual([96, 160]);
  });

  it('makes the second pass with its own prompt, sampler and guidance', async () => {
    const seen = new Set<string>();
    for (const changes of [
      {},
      { positive: prompt('a blue car') },
      { sampler: 'DPM++ 2M' },
      { cfgScale: 2 },
      { steps: 3 },
      { strength: 0.9 },
    ])
      seen.add((await render({ hires: hires(changes) })).latentsSha256!);
    expect(seen.size).toBe(6);
  });

  it('says which sizes the model takes', async () => {
    for (const changes of [{ hires: hires({ width: 104 }) }, { parameters: { height: 88 } }]) {
      const outcome = await engine.generate(planFor(changes), OPTIONS, path.join(folder, 'never.png'), QUIET);
      expect(outcome).toMatchObject({ type: 'failed', problem: { code: 'size-not-possible' } });
      expect(outcome.type === 'failed' && outcome.problem.message).toContain('multiples of 32');
    }
  });

  it('is checked before anything is loaded', async () => {
    const plan = planFor({ hires: hires({ width: 100 }) });
    const outcome = await engine.generate(plan, OPTIONS, path.join(folder, 'never.png'), QUIET);
    expect(outcome).toMatchObject({ type: 'failed', problem: { code: 'plan-invalid' } });
  });
});
