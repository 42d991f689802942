import { mkdirSync, readdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkpointOf } from '../../scripts/checkpoint/convert';
import { createEngine } from '../../server/src/engine/engine';
import { encodePrompts } from '../../server/src/engine/jobs/generate/prompts';
import { firstPass, sampleLatents } from '../../server/src/engine/jobs/generate/sampling';
import type { AppliedLora } from '../../server/src/engine/lora/assign';
import { openLoraFile } from '../../server/src/engine/lora/loraFile';
import { bindLoras } from '../../server/src/engine/model/bindLoras';
import { type LoadedModel, loadModel } from '../../server/src/engine/model/load';
import { decodeLatents } from '../../server/src/engine/model/vaeDecoder';
import type { EngineOptions } from '../../server/src/shared/engineProtocol';
import { distance, temporaryFolder } from '../unit/engine/support';
import { writeDiffusersFolder } from './diffusersFolder';
import { type Header, readFile, writeFile } from './safetensorsFile';
import { DEMO, OPTIONS, planFor, QUIET } from './support';

const folder = temporaryFolder();
const F32 = path.join(folder, 'demo f32, (1).safetensors');
const F16 = path.join(folder, 'demo-f16.safetensors');
const models = new Map<string, LoadedModel>();

beforeAll(() => {
  writeFileSync(F32, checkpointOf(DEMO, { dtype: 'F32', architecture: 'demo' }));
  writeFileSync(F16, checkpointOf(DEMO, { dtype: 'F16', architecture: 'demo' }));
});
afterAll(async () => {
  for (const model of models.values()) await model.release();
});

/** Opens a model once for all tests. */
async function load(
  modelPath: string,
  mergeStrategy: EngineOptions['mergeStrategy'] = 'auto',
  vae?: string,
): Promise<LoadedModel> {
  const key = `${modelPath} ${mergeStrategy} ${vae}`;
  const known = models.get(key);
  if (known) return known;
  const result = await loadModel(
    { path: modelPath, ...(vae && { vae }) },
    { ...OPTIONS, mergeStrategy },
    undefined,
  );
  if (!result.ok) throw new Error(result.problem.message);
  const { model } = result.value!;
  models.set(key, model);
  return model;
}

async function problemOf(modelPath: string, vae?: string) {
  const result = await loadModel({ path: modelPath, ...(vae && { vae }) }, OPTIONS, undefined);
  if (result.ok) await result.value?.model.release();
  return result.ok ? undefined : result.problem;
}

async function latentsOf(model: LoadedModel, loras: readonly AppliedLora[] = [], parameters = {}) {
  const plan = planFor({ positive: 'mira, a girl in a meadow', parameters: { steps: 4, ...parameters } });
  const bound = await bindLoras(model, loras);
  if (!bound.ok) throw new Error(bound.problem.message);
  const prompts = await encodePrompts(model, plan);
  if (!prompts.ok) throw new Error(prompts.problem.message);
  const hooks = { previewEvery: 0, isCancelled: () => false, report: () => {} };
  const sampled = await sampleLatents(model, firstPass(plan), prompts.value, hooks);
  if (!sampled.ok || !sampled.value) throw new Error('no latents');
  return { ...sampled.value, ...bound.value };
}

function applied(name: string, strength: number): AppliedLora {
  const file = path.join(DEMO, 'loras', `${name}.safetensors`);
  const opened = openLoraFile(file, file);
  if (!opened.ok) throw new Error(opened.problem.message);
  return { name, file: opened.value, te: strength, unet: strength };
}

const LORAS: Readonly<Record<string, readonly AppliedLora[]>> = {
  none: [],
  one: [applied('mira', 1)],
  three: [applied('mira', 0.8), applied('hat', 0.5), applied('lineart', -0.3)],
};

describe.each(['none', 'one', 'three'])('20 steps with LoRAs: %s', (which) => {
  const loras = LORAS[which]!;
  const steps = { steps: 20 };
  let expected: Awaited<ReturnType<typeof latentsOf>>;
  beforeAll(async () => {
    expected = await latentsOf(await load(DEMO), loras, steps);
  });

  it.each([
    ['f32', () => F32, 1e-3],
    ['f16', () => F16, 2e-2],
  ] as const)(
    'give from a checkpoint in %s the latents of the exported folder',
    async (_, file, tolerance) => {
      const made = await latentsOf(await load(file()), loras, steps);
      expect(distance(made.latents, expected.latents)).toBeLessThanOrEqual(tolerance);
      expect(made.reports).toEqual(expected.reports);
      if (which === 'none') return;
      const plain = await latentsOf(await load(DEMO), [], steps);
      expect(distance(plain.latents, expected.latents)).toBeGreaterThan(0.1);
    },
  );

  it.each(['branches', 'merged'] as const)('are the same by %s', async (strategy) => {
    const made = await latentsOf(await load(F32, strategy), loras, steps);
    if (which !== 'none') expect(made.strategy.name).toBe(strategy);
    expect(made.reports).toEqual(expected.reports);
    expect(distance(made.latents, expected.latents)).toBeLessThanOrEqual(1e-3);
  });
});

it.each(['DPM++ 2M', 'DDIM'])('%s ends at the same latents', async (sampler) => {
  const expected = await latentsOf(await load(DEMO), [], { steps: 20, sampler });
  const made = await latentsOf(await load(F32), [], { steps: 20, sampler });
  expect(distance(made.latents, expected.latents)).toBeLessThanOrEqual(1e-3);
});

it('latents become the same pixels, and pixels the same latents', async () => {
  const [exported, checkpoint] = [await load(DEMO), await load(F32)];
  const { latents, shape } = await latentsOf(exported);
  const decode = (model: LoadedModel) =>
    decodeLatents(model.vae, latents, shape, model.scalingFactor, model.shiftFactor);
  expect(checkpoint.scalingFactor).toBe(exported.scalingFactor);
  expect(distance(await decode(checkpoint), await decode(exported))).toBeLessThanOrEqual(1e-3);
  const rgb = Uint8Array.from({ length: 96 * 96 * 3 }, (_, index) => (index * 37) % 256);
  const encode = async (model: LoadedModel) => {
    const encoded = await model.vaeEncoder.encode({ width: 96, height: 96, rgb });
    if (!encoded.ok) throw new Error(encoded.problem.message);
    return encoded.value;
  };
  expect(distance(await encode(checkpoint), await encode(exported))).toBeLessThanOrEqual(1e-3);
});

describe('types of weights', () => {
  /** Rounds to the numbers a type has, and gives their bits. */
  const ROUND: Readonly<Record<string, (bits: number) => { stored: number; bits: number }>> = {
    BF16: (bits) => ({ stored: (bits + 0x8000) >>> 16, bits: (((bits + 0x8000) >>> 16) << 16) >>> 0 }),
    F8_E5M2: (bits) => {
      // Two bits of fraction; the exponents of these weights fit after flushing the smallest.
      const exponent = ((bits >>> 23) & 0xff) - 127 + 15;
      if (exponent < 1) return { stored: 0, bits: 0 };
      const stored = ((bits >>> 31) << 7) | (exponent << 2) | ((bits >>> 21) & 3);
      return { stored, bits: (bits & 0xffe00000) >>> 0 };
    },
  };
  it.each(['BF16', 'F8_E5M2'])('%s is read as the numbers it stands for', async (dtype) => {
    const { header, tensors } = readFile(F32);
    const stored: Header = {};
    const rounded: Header = {};
    const wide = new Map<string, Uint8Array>();
    const narrow = new Map<string, Uint8Array>();
    for (const [name, bytes] of tensors) {
      const round = ROUND[dtype]!;
      const bits = Array.from(new Uint32Array(Uint8Array.from(bytes).buffer), (value) => round(value));
      const short = bits.map((value) => value.stored);
      narrow.set(
        name,
        dtype === 'BF16' ? new Uint8Array(Uint16Array.from(short).buffer) : Uint8Array.from(short),
      );
      wide.set(name, new Uint8Array(Uint32Array.from(bits.map((value) => value.bits)).buffer));
      stored[name] = { ...header[name]!, dtype };
      rounded[name] = header[name]!;
    }
    const metadata = readFile(F32).metadata;
    const [a, b] = [`${dtype}.safetensors`, `${dtype}-as-f32.safetensors`].map((name) =>
      path.join(folder, name),
    );
    writeFile(a!, stored, narrow, metadata);
    writeFile(b!, rounded, wide, metadata);
    const loras = LORAS.one!;
    const made = await latentsOf(await load(a!), loras);
    const expected = await latentsOf(await load(b!), loras);
    expect(made.latents.every(Number.isFinite)).toBe(true);
    expect(distance(made.latents, expected.latents)).toBeLessThanOrEqual(1e-3);
  });

  it('that no runtime computes with are refused', async () => {
    const { header, tensors, metadata } = readFile(F32);
    const name = 'model.diffusion_model.middle_block.0.in_layers.2.weight';
    const bytes = tensors.get(name)!;
    const file = path.join(folder, 'int8.safetensors');
    writeFile(
      file,
      { ...header, [name]: { ...header[name]!, dtype: 'I8' } },
      new Map([...tensors, [name, bytes.slice(0, bytes.length / 4)]]),
      metadata,
    );
    expect(await problemOf(file)).toMatchObject({
      code: 'checkpoint-dtype',
      message: expect.stringContaining('I8'),
    });
  });
});

describe('a checkpoint that lacks something', () => {
  const without = (name: string, pattern: RegExp) => {
    const { header, tensors, metadata } = readFile(F32);
    const file = path.join(folder, name);
    const kept = new Map([...tensors].filter(([tensor]) => !pattern.test(tensor)));
    writeFile(file, header, kept, metadata);
    return file;
  };

  it('a VAE takes one from another file', async () => {
    const file = without('no-vae.safetensors', /^first_stage_model\./);
    expect(await problemOf(file)).toMatchObject({
      code: 'checkpoint-incomplete',
      message: expect.stringContaining('no VAE'),
      remedy: expect.stringContaining('`vae`'),
    });
    const model = await load(file, 'auto', F32);
    const { latents, shape } = await latentsOf(await load(DEMO));
    const own = await load(F32);
    const pixels = await decodeLatents(model.vae, latents, shape, 1, 0);
    expect(pixels).toEqual(await decodeLatents(own.vae, latents, shape, 1, 0));
  });

  it.each([
    ['no-text', /^cond_stage_model\./, 'text encoder'],
    ['no-norm', /middle_block\.2\.out_layers\.0\.bias$/, 'mid_block.resnets.1.norm2.bias'],
    ['no-end', /^cond_stage_model.*final_layer_norm/, 'text_model.final_layer_norm.weight'],
  ] as const)('%s is named', async (name, pattern, named) => {
    const file = without(`${name}.safetensors`, pattern);
    expect(await problemOf(file)).toMatchObject({
      code: 'checkpoint-incomplete',
      message: expect.stringContaining(named),
    });
  });

  it('bytes at the end is refused before any session sees it', async () => {
    const file = path.join(folder, 'cut.safetensors');
    writeFileSync(file, readFileSync(F16));
    truncateSync(file, 1_000_000);
    expect(await problemOf(file)).toMatchObject({ code: expect.stringMatching(/^safetensors-/) });
  });

  it.each(['a.ckpt', 'b.pt'])('its safety: %s is never opened', async (name) => {
    const file = path.join(folder, name);
    writeFileSync(file, 'anything');
    expect(await problemOf(file)).toMatchObject({ code: 'pickle-not-read' });
  });
});

describe('the user’s folder', () => {
  it('has nothing written into it', async () => {
    const own = path.join(folder, 'own');
    mkdirSync(own);
    writeFileSync(path.join(own, 'model.safetensors'), readFileSync(F16));
    const model = await load(path.join(own, 'model.safetensors'));
    await latentsOf(model, LORAS.one);
    expect(readdirSync(own)).toEqual(['model.safetensors']);
  });

  it('may hold a symbolic link to the file', async () => {
    const link = path.join(folder, 'link.safetensors');
    symlinkSync(F32, link);
    const made = await latentsOf(await load(link));
    expect(made.latents).toEqual((await latentsOf(await load(F32))).latents);
  });
});

describe('a folder of diffusers', () => {
  it.each([false, true])('is the same model; in several files: %s', async (sharded) => {
    const target = path.join(folder, `diffusers-${sharded}`);
    writeDiffusersFolder(target, F32, DEMO, sharded);
    const made = await latentsOf(await load(target), LORAS.one);
    const expected = await latentsOf(await load(F32), LORAS.one);
    expect(made.latents).toEqual(expected.latents);
  });
});

describe('loading', () => {
  it('tells how far it is, network by network', async () => {
    const engine = createEngine(() => {});
    const seen: string[] = [];
    const plan = planFor({ modelPath: F16, parameters: { steps: 1 } });
    const outcome = await engine.generate(plan, OPTIONS, path.join(folder, 'progress.png'), {
      ...QUIET,
      progress: ({ phase, step, of }) => void (phase === 'load' && seen.push(`${step}/${of}`)),
    });
    await engine.unload();
    expect(outcome.type).toBe('done');
    expect(seen.slice(-3)).toEqual(['0/3', '1/3', '2/3']);
  });

  it.each([1, 2])('can be cancelled after %d networks, and starts again', async (after) => {
    const engine = createEngine(() => {});
    let networks = 0;
    const plan = planFor({ modelPath: F16, parameters: { steps: 1 } });
    const target = path.join(folder, `cancel-${after}.png`);
    const outcome = await engine.generate(plan, OPTIONS, target, {
      isCancelled: () => networks >= after,
      progress: ({ phase, step }) => {
        if (phase === 'load') networks = step;
      },
    });
    expect(outcome.type).toBe('cancelled');
    expect((await engine.generate(plan, OPTIONS, target, QUIET)).type).toBe('done');
    await engine.unload();
  });
});
