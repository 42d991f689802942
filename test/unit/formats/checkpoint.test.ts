import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  type Checkpoint,
  predictionBySpread,
  REASONS,
  readDiffusersFolder,
  readSingleFile,
  readVaeFile,
  type StoredTensor,
  type TensorTable,
  unetName,
  unreadableDtype,
} from '../../../server/src/formats/checkpoint';
import {
  clipTensors,
  type Listed,
  openClipTensors,
  SINGLE_FILES,
  unetTensors,
  vaeTensors,
} from './checkpointLayouts';

const BYTES: Readonly<Record<string, number>> = { F16: 2, BF16: 2, F32: 4, F8_E4M3: 1, I8: 1 };

/** A table as a header would give it, the tensors one after the other. */
function table(tensors: Iterable<Listed>, dtype = 'F16'): TensorTable {
  let offset = 1000;
  const stored = new Map<string, StoredTensor>();
  for (const [source, shape] of tensors) {
    const length = shape.reduce((a, b) => a * b, 1) * BYTES[dtype]!;
    stored.set(source, { source, dtype, shape, file: 'model.safetensors', offset, length });
    offset += length;
  }
  return stored;
}

function read(tensors: Iterable<Listed>, more: { metadata?: Record<string, string>; sidecar?: string } = {}) {
  return readSingleFile({ tensors: table(tensors), metadata: {}, ...more });
}

function checkpoint(tensors: Iterable<Listed>, more = {}): Checkpoint {
  const result = read(tensors, more);
  if (!result.ok) throw new Error(result.problem.message);
  return result.value;
}

const networks = ({ unet, textEncoder, textEncoder2, vae }: Checkpoint) =>
  [unet, textEncoder, textEncoder2, vae].filter((network) => network !== undefined);

/** How many bytes of each tensor the networks read. */
function readBytes(model: Checkpoint): Map<string, number> {
  const bytes = new Map<string, number>();
  for (const { weights } of networks(model))
    for (const { source, length } of weights.values()) bytes.set(source, (bytes.get(source) ?? 0) + length);
  return bytes;
}

describe.each(Object.keys(SINGLE_FILES))('a single file of %s', (name) => {
  const listed = SINGLE_FILES[name]!();
  const tensors = table(listed);
  const model = checkpoint(listed);

  it('is known by its shapes', () => {
    expect(model.architecture).toBe(name);
    expect(model.layout).toBe('ldm');
  });

  it('has every tensor read exactly once, or named as unused', () => {
    const bytes = readBytes(model);
    const unused = new Map(model.unused.map((tensor) => [tensor.name, tensor.reason]));
    for (const [source, { length }] of tensors) {
      const isUnused = unused.has(source);
      expect([source, isUnused, bytes.get(source) ?? 0]).toEqual([source, isUnused, isUnused ? 0 : length]);
    }
    expect(unused.size + bytes.size).toBe(tensors.size);
    expect([...unused.values()]).not.toContain(REASONS.other);
  });

  it('has a VAE of the usual measures', () => {
    expect(model.vae?.config).toEqual({
      channels: [128, 256, 512, 512],
      layersPerBlock: 2,
      latentChannels: 4,
      groups: 32,
      hasQuantConv: true,
      hasEncoder: true,
      scalingFactor: model.unet.config.addition ? 0.13025 : 0.18215,
      shiftFactor: 0,
    });
  });
});

it.each([
  ['sd15_unet', 2],
  ['sd21_unet', 2],
  ['sdxl_unet', 2],
  ['sdxl-refiner_unet', 2],
  ['ssd1b_unet', 2],
])('translates every name of %s', (file, layers) => {
  const modules: [string, string][] = JSON.parse(
    readFileSync(path.resolve('test/golden/keymaps', `${file}.json`), 'utf8'),
  ).modules;
  const translated = modules.map(([, ldm]) => unetName(`${ldm}.weight`, layers));
  expect(translated).toEqual(modules.map(([diffusers]) => `${diffusers}.weight`));
});

describe('text encoders', () => {
  it('are named as transformers names them, OpenCLIP too', () => {
    const sdxl = checkpoint(SINGLE_FILES.sdxl!());
    const names = (tensors: readonly Listed[]) => tensors.map(([name]) => name).sort();
    expect([...sdxl.textEncoder!.weights.keys()].sort()).toEqual(names(clipTensors('te_clip_l')));
    expect([...sdxl.textEncoder2!.weights.keys()].sort()).toEqual(
      names([...clipTensors('te_openclip_bigg'), ['text_projection.weight', [1280, 1280]]]),
    );
    expect(sdxl.textEncoder!.config).toMatchObject({ layers: 12, heads: 12, activation: 'quick_gelu' });
    expect(sdxl.textEncoder2!.config).toMatchObject({
      ...{ layers: 32, heads: 20, width: 1280, inner: 5120, activation: 'gelu', projection: 1280 },
    });
  });

  it('have the packed projections of OpenCLIP taken apart in order', () => {
    const { weights } = checkpoint(SINGLE_FILES.sd2!()).textEncoder!;
    const [query, key, value] = ['q', 'k', 'v'].map(
      (letter) => weights.get(`text_model.encoder.layers.7.self_attn.${letter}_proj.weight`)!,
    );
    expect(query!.source).toBe('cond_stage_model.model.transformer.resblocks.7.attn.in_proj_weight');
    expect([query, key, value].map((part) => part!.shape)).toEqual(Array(3).fill([1024, 1024]));
    expect([key!.offset - query!.offset, value!.offset - key!.offset]).toEqual([2 << 20, 2 << 20]);
  });

  it('of Stable Diffusion 2 lose their last layer', () => {
    const { textEncoder, unused } = checkpoint(SINGLE_FILES.sd2!());
    expect(textEncoder!.config.layers).toBe(23);
    expect(textEncoder!.config.projection).toBeUndefined();
    expect(unused.filter(({ reason }) => reason === REASONS.lastLayer)).toHaveLength(12);
  });

  it('say that the pooled projection lies transposed', () => {
    const { weights } = checkpoint(SINGLE_FILES.sdxl!()).textEncoder2!;
    expect(weights.get('text_projection.weight')!.transposed).toBe(true);
    expect([...weights.values()].filter((tensor) => tensor.transposed)).toHaveLength(1);
  });

  it('of old files lack the outer module', () => {
    const listed = SINGLE_FILES.sd1!().map(
      ([name, shape]): Listed => [name.replace('.text_model.', '.'), shape],
    );
    expect([...checkpoint(listed).textEncoder!.weights.keys()].sort()).toEqual(
      [...checkpoint(SINGLE_FILES.sd1!()).textEncoder!.weights.keys()].sort(),
    );
  });
});

describe('what shapes cannot tell', () => {
  it.each([
    ['sd1', [8, 8, 8, 8]],
    ['sd2', [5, 10, 20, 20]],
    ['sdxl', [5, 10, 20]],
    ['sdxl-refiner', [6, 12, 24, 24]],
  ])('has the usual heads in %s', (name, heads) => {
    expect(checkpoint(SINGLE_FILES[name]!()).unet.config.heads).toEqual(heads);
  });

  it('comes from configurations in the metadata', () => {
    const embedded = {
      unet: { attention_head_dim: 4, norm_num_groups: 16 },
      text_encoder: { num_attention_heads: 3, hidden_act: 'gelu' },
      vae: { scaling_factor: 0.5, norm_num_groups: 8 },
      merges: '#version: 0.2\na b',
    };
    const model = checkpoint(SINGLE_FILES.sd1!(), {
      metadata: { 'sdprompt.config': JSON.stringify(embedded) },
    });
    expect(model.unet.config).toMatchObject({ heads: [4, 4, 4, 4], groups: 16 });
    expect(model.textEncoder!.config).toMatchObject({ heads: 3, activation: 'gelu' });
    expect(model.vae!.config).toMatchObject({ scalingFactor: 0.5, groups: 8 });
    expect(model.merges).toBe(embedded.merges);
  });

  it('takes no harm from metadata that is not JSON', () => {
    for (const text of ['{', '[]', 'null', '{"unet": 3, "merges": 4}'])
      expect(
        checkpoint(SINGLE_FILES.sd1!(), { metadata: { 'sdprompt.config': text } }).unet.config.groups,
      ).toBe(32);
  });

  it('measures the way up by itself, where it is not the way down reversed', () => {
    expect(checkpoint(SINGLE_FILES['ssd-1b']!()).unet.config).toMatchObject({
      down: [
        [0, 0],
        [2, 2],
        [4, 4],
      ],
      up: [
        [4, 4, 10],
        [2, 1, 1],
        [0, 0, 0],
      ],
      middle: [0],
      addition: { pooled: 1280, ids: 6, waves: 256 },
    });
  });
});

describe('what a model predicts', () => {
  const sd1 = SINGLE_FILES.sd1!();
  const sd2 = SINGLE_FILES.sd2!();
  const sdxl = SINGLE_FILES.sdxl!();
  const modelspec = (value: string) => ({ metadata: { 'modelspec.prediction_type': value } });
  it.each([
    ['noise, unless something says otherwise', sd1, {}, 'epsilon', false],
    ['v by a mark', [...sdxl, ['v_pred', [0]]], {}, 'v_prediction', false],
    ['v by a mark, down to pure noise', [...sdxl, ['v_pred', [0]], ['ztsnr', [0]]], {}, 'v_prediction', true],
    ['v by its metadata', sdxl, modelspec('v'), 'v_prediction', false],
    ['noise by its metadata', sd2, modelspec('epsilon'), 'epsilon', false],
    [
      'v by its architecture’s name',
      sd2,
      { metadata: { 'modelspec.architecture': 'stable-diffusion-v2-768-v' } },
      'v_prediction',
      false,
    ],
    [
      'v by the file beside it',
      sd2,
      { sidecar: 'model:\n  params:\n    parameterization: "v"\n' },
      'v_prediction',
      false,
    ],
    ['noise by the file beside it', sd2, { sidecar: '    parameterization: eps # noise' }, 'epsilon', false],
    ['nothing by a comment', sd1, { sidecar: '# parameterization: "v"' }, 'epsilon', false],
  ] as [string, Listed[], object, string, boolean][])('is %s', (_, tensors, more, type, zeroSnr) => {
    expect(checkpoint(tensors, more).prediction).toMatchObject({ type, zeroSnr });
  });

  it('is asked of the weights where the two sorts of Stable Diffusion 2 differ in nothing else', () => {
    const { ask } = checkpoint(sd2).prediction;
    expect(ask?.source).toBe('model.diffusion_model.output_blocks.11.1.transformer_blocks.0.norm1.bias');
    expect(checkpoint(sd1).prediction.ask).toBeUndefined();
    expect(checkpoint(sd2, modelspec('v')).prediction.ask).toBeUndefined();
    expect(predictionBySpread([0.05, -0.05, 0.05, -0.05])).toBe('epsilon');
    expect(predictionBySpread([1.2, 1, 1.2, 1])).toBe('v_prediction');
  });
});

describe('refusals', () => {
  const entrance = 'model.diffusion_model.input_blocks.0.0.weight';
  const withChannels = (channels: number) =>
    SINGLE_FILES.sd1!().map(
      ([name, shape]): Listed => [name, name === entrance ? [320, channels, 3, 3] : shape],
    );
  it.each([
    [9, /inpainting/],
    [8, /InstructPix2Pix/],
    [5, /depth/],
    [7, /upscaler/],
    [6, /6 channels/],
  ])('an entrance of %d channels has its reason', (channels, reason) => {
    const result = read(withChannels(channels));
    expect(result).toMatchObject({
      ok: false,
      problem: { code: 'checkpoint-unsupported', message: expect.stringMatching(reason) },
    });
  });

  it('an EDM model has its reason', () => {
    const result = read([...SINGLE_FILES.sdxl!(), ['edm_vpred.sigma_max', []]]);
    expect(result).toMatchObject({ ok: false, problem: { message: expect.stringMatching(/EDM/) } });
  });

  it.each([
    ['nothing', []],
    ['a VAE', vaeTensors()],
    ['a Flux transformer', [['double_blocks.0.img_attn.qkv.weight', [9216, 3072]]]],
    ['half a U-Net', SINGLE_FILES.sd1!().filter(([name]) => !/output_blocks/.test(name))],
  ] as [string, Listed[]][])('%s is no checkpoint', (_, tensors) => {
    expect(read(tensors)).toMatchObject({ ok: false, problem: { code: 'checkpoint-unsupported' } });
  });
});

describe('averaged weights', () => {
  it('are left alone', () => {
    const listed = SINGLE_FILES.sd1!();
    const averaged: Listed[] = [
      ['model_ema.decay', []],
      ['model_ema.diffusion_modelinput_blocks00weight', [320, 4, 3, 3]],
    ];
    const model = checkpoint([...listed, ...averaged]);
    expect(model.unused.filter(({ reason }) => reason === REASONS.ema).map(({ name }) => name)).toEqual(
      averaged.map(([name]) => name),
    );
  });
});

describe('a folder of diffusers', () => {
  const config = { unet: {}, text_encoder: {}, text_encoder_2: {}, vae: {}, scheduler: {} };
  const renamedVae = (old: boolean) => {
    const { weights } = readVaeFile(table(vaeTensors()), false)!;
    const names: Record<string, string> = {
      to_q: 'query',
      to_k: 'key',
      to_v: 'value',
      'to_out.0': 'proj_attn',
    };
    return [...weights].map(
      ([name, { shape }]): Listed => [
        old
          ? name.replace(/(attentions\.0\.)(to_q|to_k|to_v|to_out\.0)/, (_, head, part) => head + names[part])
          : name,
        shape,
      ],
    );
  };
  it.each([true, false])('is read like the single file; VAE of before 2023: %s', (old) => {
    const result = readDiffusersFolder({
      unet: table(unetTensors('sd15_unet', 'diffusers')),
      textEncoder: table(clipTensors('te_clip_l')),
      textEncoder2: new Map(),
      vae: table(renamedVae(old)),
      config: { ...config, scheduler: { prediction_type: 'v_prediction', rescale_betas_zero_snr: true } },
    });
    if (!result.ok) throw new Error(result.problem.message);
    const single = checkpoint(SINGLE_FILES.sd1!());
    expect(result.value.architecture).toBe('sd1');
    expect(result.value.unet.config).toEqual(single.unet.config);
    expect(result.value.textEncoder!.config).toEqual(single.textEncoder!.config);
    expect(result.value.vae!.config).toEqual(single.vae!.config);
    expect([...result.value.vae!.weights.keys()].sort()).toEqual([...single.vae!.weights.keys()].sort());
    expect(result.value.prediction).toMatchObject({ type: 'v_prediction', zeroSnr: true });
  });

  it('tells the activation by the configuration, else by the architecture', () => {
    const sd2 = (text_encoder: object) => {
      const result = readDiffusersFolder({
        unet: table(unetTensors('sd21_unet', 'diffusers')),
        textEncoder: table(clipTensors('te_openclip_h_sd2')),
        textEncoder2: new Map(),
        vae: new Map(),
        config: { ...config, text_encoder: { ...text_encoder } },
      });
      return result.ok ? result.value.textEncoder!.config.activation : undefined;
    };
    expect(sd2({})).toBe('gelu');
    expect(sd2({ hidden_act: 'quick_gelu' })).toBe('quick_gelu');
  });
});

describe('a VAE of its own', () => {
  it.each(['', 'first_stage_model.', 'vae.'])('is found with the prefix "%s"', (prefix) => {
    const vae = readVaeFile(table(vaeTensors().map(([name, shape]) => [prefix + name, shape])), true);
    expect(vae?.config).toMatchObject({ scalingFactor: 0.13025, channels: [128, 256, 512, 512] });
    expect(vae?.weights.size).toBe(vaeTensors().length);
  });

  it('is none without a decoder', () => {
    expect(
      readVaeFile(table(vaeTensors().filter(([name]) => !name.startsWith('decoder'))), false),
    ).toBeUndefined();
    expect(readVaeFile(table(openClipTensors(1, 8, 16)), false)).toBeUndefined();
  });
});

it('says which weights cannot be read as they are stored', () => {
  const model = (dtype: string) => {
    const result = readSingleFile({ tensors: table(SINGLE_FILES.sd1!(), dtype), metadata: {} });
    return result.ok ? unreadableDtype(result.value.unet)?.dtype : undefined;
  };
  expect(['F16', 'F32', 'BF16', 'F8_E4M3', 'I8'].map(model)).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
    'I8',
  ]);
});
