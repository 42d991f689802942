import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  fitOf,
  groupModules,
  LAYOUTS,
  type TensorShape,
  unetModules,
} from '../../../server/src/formats/lora';
import { checkpointModules } from '../../../server/src/library/checkpointModules';
import { inspectHeader } from '../../../server/src/library/inspect';
import { readModel } from '../../../server/src/library/models';

type Tensors = Readonly<Record<string, readonly number[]>>;

const golden = (name: string) =>
  (
    JSON.parse(
      gunzipSync(readFileSync(join(__dirname, `../../golden/architectures/${name}.json.gz`))).toString(
        'utf8',
      ),
    ) as { tensors: Tensors }
  ).tensors;

const shapesOf = (tensors: Tensors) =>
  new Map<string, TensorShape>(Object.entries(tensors).map(([name, shape]) => [name, { shape }]));

/** Counts a network's modules against a whole model in another program's names. */
function fitCount(lora: string, model: string) {
  const network = shapesOf(golden(lora));
  return fitOf(
    groupModules(network),
    (name) => network.get(name),
    checkpointModules(shapesOf(golden(model)), undefined),
  );
}

describe('fit counted on names that mean the same layer', () => {
  it.each([
    ['flux-diffusers-peft-attention', 'model-flux-dev-native-bare'],
    ['flux-diffusers-onetrainer', 'model-flux-dev-native-model-diffusion_model'],
    ['flux-diffusers-peft-all', 'model-flux-dev-native-bare'],
    ['flux-native-kohya', 'model-flux-dev-native-bare'],
    ['flux-native-lycoris-lokr', 'model-flux-dev-native-bare'],
    ['chroma-diffusers-peft-attention', 'model-chroma-native-bare'],
    ['flux2-klein-4b-diffusers-peft-attention', 'model-flux2-klein-4b-native-bare'],
    ['flux2-dev-diffusers-peft-all', 'model-flux2-dev-native-model-diffusion_model'],
    ['sd3-diffusers-onetrainer', 'model-sd3-medium-native-model-diffusion_model'],
    ['sd35-large-diffusers-peft-attention', 'model-sd35-large-native-model-diffusion_model'],
    ['krea2-diffusers-peft-attention', 'model-krea2-native-bare'],
    ['qwen-image-kohya', 'model-qwen-image-diffusers-bare'],
    ['hunyuan-video-diffusers-peft-attention', 'model-hunyuan-video-native-bare'],
    ['hunyuan-video-musubi-kohya', 'model-hunyuan-video-native-bare'],
    ['hunyuan-image-diffusers-peft-attention', 'model-hunyuan-image-native-bare'],
    ['wan-t2v-14b-diffusers-peft-attention', 'model-wan-t2v-14b-native-bare'],
    ['auraflow-diffusers-peft-attention', 'model-auraflow-native-model'],
    ['pixart-alpha-peft-all', 'model-pixart-alpha-native-bare'],
    ['ltx2-peft-attention', 'model-ltx2-2.3-diffusers-bare'],
    ['sdxl-kohya-diffusers-names', 'model-sdxl-diffusers'],
  ])('%s fits %s whole', (lora, model) => {
    const { fits, total, misfits } = fitCount(lora, model);
    expect(misfits.slice(0, 3)).toEqual([]);
    expect(fits).toBe(total);
  });

  it('a network of Flux.1 fits nothing of Flux.2', () => {
    expect(fitCount('flux-native-kohya', 'model-flux2-dev-native-model-diffusion_model').fits).toBe(0);
  });

  it('a network in native names fits a folder in diffusers names', () => {
    const network = shapesOf(golden('flux-native-kohya'));
    const longcat = checkpointModules(shapesOf(golden('model-longcat-diffusers-bare')), undefined);
    // LongCat's folder has Flux's blocks in diffusers' names, and nobody gave it others.
    expect(fitOf(groupModules(network), (name) => network.get(name), longcat).fits).toBe(0);
  });
});

describe('model files as they are shipped', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sdprompt-files-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** A safetensors file with sparse data; a type may be given by tensor. */
  async function write(name: string, tensors: Tensors, dtypes: Readonly<Record<string, string>> = {}) {
    const bytes: Record<string, number> = { F32: 4, F16: 2, BF16: 2 };
    let end = 0;
    const header = JSON.stringify(
      Object.fromEntries(
        Object.entries(tensors).map(([key, shape]) => {
          const dtype = dtypes[key] ?? 'F16';
          const begin = end;
          end += shape.reduce((left, right) => left * right, 1) * (bytes[dtype] ?? 1);
          return [key, { dtype, shape, data_offsets: [begin, end] }];
        }),
      ),
    );
    const prefix = Buffer.alloc(8);
    prefix.writeBigUInt64LE(BigInt(Buffer.byteLength(header)));
    const path = join(folder, name);
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(path, Buffer.concat([prefix, Buffer.from(header)]));
    await truncate(path, 8 + Buffer.byteLength(header) + end);
    return path;
  }

  const unet = (name: string, prefix: string) =>
    Object.fromEntries(
      unetModules(LAYOUTS.find((layout) => layout.name === name)!.unet).map(({ ldm, shape }) => [
        `${prefix}${ldm}.weight`,
        shape,
      ]),
    );

  it.each([
    ['model-flux-dev-native-bare', 'flux', 'Flux.1'],
    ['model-flux-dev-native-model-diffusion_model', 'flux', 'Flux.1'],
    ['model-flux2-klein-4b-native-bare', 'flux2', 'Flux.2'],
    ['model-z-image-diffusers-bare', 'z-image', 'Z-Image'],
    ['model-qwen-image-diffusers-bare', 'qwen-image', 'Qwen-Image'],
    ['model-krea2-native-bare', 'krea2', 'Krea 2'],
    ['model-anima-net', 'anima', 'Anima'],
    ['model-sd3-medium-native-model-diffusion_model', 'sd3', 'Stable Diffusion 3'],
  ])('%s says what it is and what can be done', async (name, architecture, title) => {
    const model = await readModel({ name: 'm', path: await write(`${name}.safetensors`, golden(name)) });
    expect(model.architecture).toBe(architecture);
    expect(Object.keys(model.modules ?? {}).length).toBeGreaterThan(50);
    expect(model.cannotRun?.message).toContain(`${name}.safetensors`);
    expect(model.cannotRun?.message).toContain(title);
    expect(model.cannotRun?.remedy).toContain('Choose a checkpoint');
  });

  it.each(['sd1', 'sdxl'])('a bare U-Net of %s is one, without what a picture needs', async (name) => {
    const model = await readModel({ name: 'm', path: await write('unet.safetensors', unet(name, '')) });
    expect(model.architecture).toBe(name);
    expect(model.modules).toHaveProperty(['down_blocks.1.attentions.0.proj_in']);
    expect(model.cannotRun?.message).toMatch(/U-Net of .+ alone/);
  });

  it.each([
    ['scaled fp8', { 'x.scale_weight': 'F32' }, 'F8_E4M3'],
    ['NVFP4 4-bit', { 'x.weight_scale': 'F8_E4M3', 'x.weight_scale_2': 'F32' }, 'F8_E4M3'],
    ['MXFP8', { 'x.weight_scale': 'F8_E8M0' }, 'F8_E4M3'],
    ['bitsandbytes NF4', { 'x.weight.absmax': 'U8', 'x.weight.quant_state.bitsandbytes__nf4': 'U8' }, 'F16'],
    ['SVDQuant', { 'x.qweight': 'I8', 'x.wscales': 'BF16', 'x.proj_down': 'BF16' }, 'F16'],
  ])('%s is refused by its own name', async (title, extra, dtype) => {
    const weights = unet('sdxl', 'model.diffusion_model.');
    const added = Object.fromEntries(
      Object.keys(extra).map((key) => [
        key.replace('x.', 'model.diffusion_model.input_blocks.4.1.proj_in.'),
        [4],
      ]),
    );
    const dtypes = Object.fromEntries([
      ...Object.keys(weights).map((key) => [key, dtype]),
      ...Object.entries(extra).map(([key, type]) => [
        key.replace('x.', 'model.diffusion_model.input_blocks.4.1.proj_in.'),
        type,
      ]),
    ]);
    const path = await write('quant.safetensors', { ...weights, ...added }, dtypes);
    const model = await readModel({ name: 'm', path });
    expect(model.architecture).toBe('sdxl');
    expect(model.cannotRun?.message).toContain(title);
    expect(model.cannotRun?.message).toContain('quant.safetensors');
    expect(model.cannotRun?.message).not.toContain('damaged');
  });

  it('packed 4-bit weights do not make SDXL another model', () => {
    const tensors = Object.fromEntries(
      Object.entries(unet('sdxl', 'model.diffusion_model.')).flatMap(([name, shape]) =>
        /attn\d\.to_/.test(name)
          ? [
              [name, [shape[0]!, shape[1]! / 2]],
              [name.replace(/weight$/, 'weight_scale'), [shape[0]!, shape[1]! / 16]],
              [name.replace(/weight$/, 'weight_scale_2'), []],
            ]
          : [[name, shape]],
      ),
    );
    expect(inspectHeader({ tensors, dtype: 'U8' }).candidates).toEqual(['sdxl']);
  });

  it.each([
    ['EDMDPMSolverMultistepScheduler', {}, {}, 'EDM'],
    ['FlowMatchEulerDiscreteScheduler', {}, {}, 'flow matching'],
    ['EulerDiscreteScheduler', { use_flow_sigmas: true }, {}, 'flow matching'],
    ['EulerDiscreteScheduler', { prediction_type: 'flow_prediction' }, {}, 'flow matching'],
    ['EulerDiscreteScheduler', {}, { latents_mean: [0, 0, 0, 0], latents_std: [1, 1, 1, 1] }, 'latents_mean'],
  ])('a folder with %s %j %j is refused', async (scheduler, settings, vae, words) => {
    const path = join(folder, 'model');
    await write('model/unet/diffusion_pytorch_model.safetensors', unet('sdxl', ''));
    await mkdir(join(path, 'scheduler'), { recursive: true });
    await mkdir(join(path, 'vae'), { recursive: true });
    await writeFile(
      join(path, 'scheduler', 'scheduler_config.json'),
      JSON.stringify({ _class_name: scheduler, ...settings }),
    );
    await writeFile(join(path, 'vae', 'config.json'), JSON.stringify(vae));
    const model = await readModel({ name: 'm', path });
    expect(model.cannotRun?.message).toContain(words);
  });

  it.each([
    ['FluxTransformer2DModel', 'flux', 'Flux.1'],
    ['ZImageTransformer2DModel', 'z-image', 'Z-Image'],
    ['Krea2Transformer2DModel', 'krea2', 'Krea 2'],
    ['QwenImageTransformer2DModel', 'qwen-image', 'Qwen-Image'],
  ])('a diffusers folder with %s is %s', async (className, architecture, title) => {
    const path = join(folder, 'model');
    await mkdir(join(path, 'transformer'), { recursive: true });
    await writeFile(join(path, 'transformer', 'config.json'), JSON.stringify({ _class_name: className }));
    const model = await readModel({ name: 'm', path });
    expect(model.architecture).toBe(architecture);
    expect(model.cannotRun?.message).toContain(title);
    expect(model.problem).toBeUndefined();
  });

  it('a folder with graphs of other names is told what is there', async () => {
    const path = join(folder, 'model');
    await mkdir(join(path, 'unet'), { recursive: true });
    await writeFile(join(path, 'unet', 'model_layernorm.onnx'), '');
    expect((await readModel({ name: 'm', path })).problem?.message).toContain('unet/model_layernorm.onnx');
  });
});

describe('kinds of networks', () => {
  const one = (tensors: Tensors) => inspectHeader({ tensors });
  const flat = 'lora_unet_blocks_0_self_attn_q_proj';

  it.each([
    [
      'hydralora',
      {
        [`${flat}.lora_down.weight`]: [4, 2048],
        [`${flat}.lora_ups.0.weight`]: [2048, 4],
        [`${flat}.router.weight`]: [2, 2048],
      },
    ],
    [
      'adalora',
      {
        'base_model.model.transformer_blocks.0.attn1.to_q.lora_A': [6, 2048],
        'base_model.model.transformer_blocks.0.attn1.to_q.lora_B': [2048, 6],
        'base_model.model.transformer_blocks.0.attn1.to_q.lora_E': [6, 1],
      },
    ],
    [
      'vera',
      {
        'base_model.model.transformer_blocks.0.attn1.to_q.vera_lambda_b': [2048],
        'base_model.model.transformer_blocks.0.attn1.to_q.vera_lambda_d': [4],
        'base_model.vera_A': [4, 2048],
        'base_model.vera_B': [2048, 4],
      },
    ],
  ])('%s is named as what cannot be merged', (type, tensors) => {
    const { kind, networkType, problems } = one(tensors);
    expect(kind).toBe('lora');
    expect(networkType).toBe(type);
    expect(problems.map(({ code }) => code)).toContain('network-not-merged');
  });

  it("PEFT's BOFT is one", () => {
    const path = 'base_model.model.down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q';
    const { networkType, candidates } = one({
      [`${path}.boft_R`]: [1, 80, 4, 4],
      [`${path}.boft_s`]: [320, 1],
    });
    expect(networkType).toBe('boft');
    expect(candidates).toContain('sd1');
  });

  it('a matrix behind a flat prefix is no IA3', () => {
    expect(
      one({ 'lora_unet_down_blocks_0_attentions_0_proj_in.weight': [320, 320] }).networkType,
    ).toBeUndefined();
  });

  it('a network of Flux.2 that widens nothing is no control LoRA', () => {
    const { networkType, candidates } = one({
      'diffusion_model.img_in.lora_A.weight': [4, 128],
      'diffusion_model.img_in.lora_B.weight': [6144, 4],
      'diffusion_model.single_stream_modulation.lin.lora_A.weight': [4, 6144],
      'diffusion_model.single_stream_modulation.lin.lora_B.weight': [18432, 4],
    });
    expect(networkType).toBe('lora');
    expect(candidates).toEqual(['flux2']);
  });

  it.each([
    [
      {
        'transformer.layers.0.attention.qkv.lora_A.weight': [4, 5000],
        'transformer.layers.0.attention.qkv.lora_B.weight': [15000, 4],
      },
    ],
    [
      {
        'transformer.transformer_blocks.0.attn.to_q.lora_A.weight': [4, 640],
        'transformer.transformer_blocks.0.attn.to_q.lora_B.weight': [640, 4],
      },
    ],
    [
      {
        'diffusion_model.double_blocks.0.img_attn.qkv.lora_A.weight': [4, 2560],
        'diffusion_model.double_blocks.0.img_attn.qkv.lora_B.weight': [7680, 4],
      },
    ],
    [
      {
        'lora_unet_blocks_0_attn_to_q.lora_down.weight': [4, 7168],
        'lora_unet_blocks_0_attn_to_q.lora_up.weight': [7168, 4],
      },
    ],
  ])('a stranger with familiar names %# is unknown', (tensors) => {
    expect(one(tensors).candidates).toEqual([]);
  });

  it("Kolors' metadata on SDXL's U-Net is no contradiction", () => {
    const tensors = golden('kolors-peft-claimed');
    const { architecture, problems } = inspectHeader({
      tensors,
      metadata: { 'modelspec.architecture': 'kolors/lora' },
    });
    expect(architecture).toBe('kolors');
    expect(problems).toEqual([]);
  });
});
