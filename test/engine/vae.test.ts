import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkpointOf } from '../../scripts/checkpoint/convert';
import { openCheckpoint } from '../../server/src/engine/model/checkpoint/files';
import { type LoadedModel, loadModel } from '../../server/src/engine/model/load';
import { decodeLatents } from '../../server/src/engine/model/vaeDecoder';
import { distance, numbers, temporaryFolder } from '../unit/engine/support';
import { type Header, readFile, writeFile } from './safetensorsFile';
import { DEMO, OPTIONS } from './support';

const folder = temporaryFolder();
const CHECKPOINT = path.join(folder, 'demo.safetensors');
const LDM = path.join(folder, 'ldm.safetensors');
const DIFFUSERS = path.join(folder, 'diffusers');
const models: LoadedModel[] = [];
const shape = [4, 4, 4] as const;
const latents = Float32Array.from(numbers(64, 3), (value) => 3 * value);

/** The built-in model's VAE on its own, its last bias moved, so that pictures tell which one was taken. */
function writeVaes(): void {
  const { header, tensors } = readFile(CHECKPOINT);
  const own = [...tensors].filter(([name]) => name.startsWith('first_stage_model.'));
  const moved = new Map(
    own.map(([name, bytes]) => {
      const bare = name.slice('first_stage_model.'.length);
      if (bare !== 'decoder.conv_out.bias') return [bare, bytes];
      const values = new Float32Array(Uint8Array.from(bytes).buffer).map((value) => value + 0.25);
      return [bare, new Uint8Array(values.buffer)];
    }),
  );
  const shapes = Object.fromEntries(
    [...moved.keys()].map((name) => [name, header[`first_stage_model.${name}`]!]),
  );
  // Groups are told by no shape, and the built-in model has fewer than the others.
  const vae = { norm_num_groups: 8 };
  writeFile(LDM, shapes, moved, { 'sdprompt.config': JSON.stringify({ vae }) });

  const opened = openCheckpoint(CHECKPOINT);
  if (!opened.ok) throw new Error(opened.problem.message);
  const named: Header = {};
  const saved = new Map<string, Uint8Array>();
  for (const [name, { source, shape: sides }] of opened.value.checkpoint.vae!.weights) {
    const bare = source.slice('first_stage_model.'.length);
    named[name] = { dtype: 'F32', shape: [...sides] };
    saved.set(name, moved.get(bare)!);
  }
  mkdirSync(DIFFUSERS);
  writeFileSync(path.join(DIFFUSERS, 'config.json'), JSON.stringify({ ...vae, scaling_factor: 0.18215 }));
  writeFile(path.join(DIFFUSERS, 'diffusion_pytorch_model.safetensors'), named, saved, {});
}

beforeAll(() => {
  writeFileSync(CHECKPOINT, checkpointOf(DEMO, { dtype: 'F32', architecture: 'demo' }));
  writeVaes();
});
afterAll(async () => {
  for (const model of models) await model.release();
});

async function load(file: string, vae?: string) {
  const loaded = await loadModel({ path: file, ...(vae !== undefined && { vae }) }, OPTIONS, undefined);
  if (!loaded.ok) return loaded.problem;
  models.push(loaded.value!.model);
  return loaded.value!.model;
}
async function opened(...files: Parameters<typeof load>): Promise<LoadedModel> {
  const model = await load(...files);
  if ('code' in model) throw new Error(model.message);
  return model;
}
const pixelsOf = ({ vae, scalingFactor, shiftFactor }: LoadedModel) =>
  decodeLatents(vae, latents, shape, scalingFactor, shiftFactor);

describe.each([
  ['a checkpoint', () => CHECKPOINT],
  ['a folder of ONNX graphs', () => DEMO],
] as const)('%s with a VAE of its own', (_, model) => {
  it.each([
    ['LDM', LDM],
    ["diffusers'", DIFFUSERS],
  ])('takes decoder and encoder from a file in %s layout, and keeps its scale', async (_layout, vae) => {
    const plain = await opened(model());
    const made = await opened(model(), vae);
    expect(made.key).not.toBe(plain.key);
    expect(made.scalingFactor).toBe(plain.scalingFactor);
    const [before, after] = [await pixelsOf(plain), await pixelsOf(made)];
    expect(
      distance(
        after,
        before.map((value) => value + 0.25),
      ),
    ).toBeLessThan(1e-4);
    const rgb = Uint8Array.from({ length: 32 * 32 * 3 }, (__, index) => (index * 37) % 256);
    const [own, other] = await Promise.all(
      [plain, made].map((one) => one.vaeEncoder.encode({ width: 32, height: 32, rgb })),
    );
    if (!own!.ok || !other!.ok) throw new Error('not encoded');
    expect(distance(other!.value, own!.value)).toBeLessThan(1e-3);
  });

  it('refuses what is none', async () => {
    const lora = path.join(DEMO, 'loras', 'mira.safetensors');
    expect(await load(model(), lora)).toMatchObject({ code: 'checkpoint-unsupported' });
    expect(await load(model(), path.join(folder, 'gone.safetensors'))).toMatchObject({ code: 'cannot-read' });
    expect(await load(model(), path.join(folder, 'old.vae.pt'))).toMatchObject({ code: 'pickle-not-read' });
  });

  it('refuses that of another kind of model', async () => {
    const { header, tensors } = readFile(LDM);
    const name = 'decoder.conv_in.weight';
    const [out, , ...kernel] = header[name]!.shape;
    const bytes = new Uint8Array(4 * tensors.get(name)!.length);
    const file = path.join(folder, 'sixteen.safetensors');
    const wider = { ...header, [name]: { dtype: 'F32', shape: [out!, 16, ...kernel] } };
    writeFile(file, wider, new Map([...tensors, [name, bytes]]), {});
    expect(await load(model(), file)).toMatchObject({
      code: 'checkpoint-unsupported',
      message: expect.stringContaining('16 channels'),
    });
  });
});
