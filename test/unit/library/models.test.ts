import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fitOf, groupModules, LAYOUTS, unetModules } from '../../../server/src/formats/lora';
import { readFileHeader } from '../../../server/src/library/fileSource';
import { inspectFile } from '../../../server/src/library/inspect';
import { readModel } from '../../../server/src/library/models';

const demo = join(__dirname, '../../../media/demo-model');
const LORAS = [
  { name: 'hat', networkType: 'lora', rank: 8, modules: 84 },
  { name: 'lcm', networkType: 'lora', rank: 16, modules: 84 },
  { name: 'lineart', networkType: 'lora', rank: 8, modules: 84 },
  { name: 'lineart_dora', networkType: 'dora', rank: 8, modules: 84 },
  { name: 'lineart_locon', networkType: 'lora', rank: 4, modules: 106 },
  { name: 'lineart_loha', networkType: 'loha', rank: 4, modules: 84 },
  { name: 'lineart_lokr', networkType: 'lokr', rank: 8, modules: 84 },
  { name: 'mira', networkType: 'lora', rank: 8, modules: 84 },
  { name: 'neon', networkType: 'lora', rank: 8, modules: 84 },
];

describe('the built-in model', () => {
  it('is known by its graph', async () => {
    const model = await readModel({ name: 'demo', path: demo });
    expect(model).toMatchObject({
      name: 'demo',
      format: 'onnx',
      architecture: 'demo',
      nativeSize: 96,
      source: "the UNet's tensor shapes",
    });
    expect(model.problem).toBeUndefined();
    expect(model.modules!['text_model.encoder.layers.1.mlp.fc1']).toEqual([256, 64]);
    expect(model.modules!['down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k']).toEqual([80, 64]);
  });

  it.each(LORAS)(
    'fits its LoRA $name, whose metadata says sd1',
    async ({ name, networkType, rank, modules }) => {
      const path = join(demo, 'loras', `${name}.safetensors`);
      const inspection = await inspectFile(path);
      if (!inspection.ok) throw new Error(inspection.problem.message);
      expect(inspection.value).toMatchObject({
        kind: 'lora',
        networkType,
        architecture: 'demo',
        candidates: ['demo'],
        rank,
        alpha: rank,
      });
      expect(inspection.value.problems[0]).toMatchObject({ code: 'metadata-disagrees' });
      expect(inspection.value.problems[0]!.message).toContain('sd1');

      const model = await readModel({ name: 'demo', path: demo });
      const header = await readFileHeader(path);
      if (!header.ok) throw new Error(header.problem.message);
      const { tensors } = header.value;
      const fit = fitOf(groupModules(tensors), (tensor) => tensors.get(tensor), model.modules!);
      expect(fit.misfits).toEqual([]);
      expect(fit.fits).toBe(fit.total);
      expect(fit.total).toBe(modules);
    },
  );

  it('is believed more than the configuration', async () => {
    const model = await readModel({ name: 'x', path: demo, architecture: 'sdxl' });
    expect(model.architecture).toBe('demo');
    expect(model.problem?.code).toBe('model-architecture');
  });
});

describe('other models', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sdprompt-models-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** A checkpoint of the right shapes whose data is one hole in the file. */
  async function checkpoint(name: string, tensors: Record<string, readonly number[]>): Promise<string> {
    let end = 0;
    const entries = Object.entries(tensors).map(([key, shape]) => {
      const begin = end;
      end += shape.reduce((left, right) => left * right, 1);
      return [key, { dtype: 'U8', shape, data_offsets: [begin, end] }];
    });
    const header = JSON.stringify(Object.fromEntries(entries));
    const prefix = Buffer.alloc(8);
    prefix.writeBigUInt64LE(BigInt(Buffer.byteLength(header)));
    const path = join(folder, name);
    await writeFile(path, Buffer.concat([prefix, Buffer.from(header)]));
    await truncate(path, 8 + header.length + end);
    return path;
  }

  it.each(LAYOUTS.filter(({ name }) => name !== 'demo').map((layout) => [layout.name, layout] as const))(
    '%s is known by its checkpoint',
    async (name, layout) => {
      const tensors = Object.fromEntries(
        unetModules(layout.unet).map(({ ldm, shape }) => [`model.diffusion_model.${ldm}.weight`, shape]),
      );
      const model = await readModel({ name: 'm', path: await checkpoint(`${name}.safetensors`, tensors) });
      expect(model).toMatchObject({
        format: 'checkpoint',
        architecture: name,
        nativeSize: layout.nativeSize,
      });
      expect(model.modules).toHaveProperty(['down_blocks.1.attentions.0.proj_in']);
    },
  );

  it('declared ones are taken at their word', async () => {
    expect(await readModel({ name: 'm', architecture: 'sdxl' })).toEqual({
      name: 'm',
      format: 'declared',
      architecture: 'sdxl',
      source: 'the configuration',
      nativeSize: 1024,
    });
  });

  it.each([
    ['missing', 'model-not-found'],
    ['', 'model-folder'],
    ['broken.safetensors', 'safetensors-header-too-small'],
    ['old.ckpt', 'pickle-not-read'],
  ])('a path %j that is none is a problem', async (name, code) => {
    if (name.includes('.')) await writeFile(join(folder, name), 'x');
    const model = await readModel({ name: 'm', path: join(folder, name), architecture: 'sd1' });
    expect(model.problem?.code).toBe(code);
    expect(model.architecture).toBe('sd1');
  });
});
