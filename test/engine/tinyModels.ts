import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { vaeName } from '../../scripts/checkpoint/convert';
import type { Locate, Parameter } from '../../server/src/engine/graph/builder';
import { clipText } from '../../server/src/engine/graph/networks/clipText';
import { unet } from '../../server/src/engine/graph/networks/unet';
import { vaeDecoder, vaeEncoder } from '../../server/src/engine/graph/networks/vae';
import { CONFIG_KEY, type TextEncoderConfig, type UnetConfig } from '../../server/src/formats/checkpoint';
import { unetModules } from '../../server/src/formats/lora';
import { numbersOf, store } from '../unit/engine/graph/weights';
import { safetensors, type WrittenTensor } from '../unit/engine/support';
import { DEMO } from './support';

/** A model whose networks are built as the real ones and are a few thousand numbers large. */
export interface TinyModel {
  readonly unet: UnetConfig;
  /** CLIP as transformers names it; absent in a refiner. */
  readonly clip?: TextEncoderConfig;
  /** OpenCLIP, whose projection gives the pooled text. */
  readonly openClip: TextEncoderConfig;
}

const VAE = {
  channels: [8, 16, 16, 16],
  layersPerBlock: 1,
  latentChannels: 4,
  groups: 8,
  hasQuantConv: true,
} as const;

const LAYERS = 2;
const WAVES = 8;
/** As many words as the built-in model's vocabulary has. */
const VOCABULARY = 770;
const TEXT = { layers: 3, vocabulary: VOCABULARY, positions: 77, epsilon: 1e-5 } as const;
const SHARED = {
  ...{ inChannels: 4, outChannels: 4, groups: 8, epsilon: 1e-5, linearProjection: true },
} as const;

const OPEN_CLIP = {
  ...TEXT,
  ...{ width: 20, inner: 40, heads: 2, activation: 'gelu', projection: 20 },
} as const satisfies TextEncoderConfig;

/** SDXL in small: transformers on the lower levels, two text encoders, six numbers of size and crop. */
export const TINY_SDXL: TinyModel = {
  unet: {
    ...{ ...SHARED, channels: [16, 32, 32], heads: [1, 2, 2], context: 32 },
    down: [
      [0, 0],
      [1, 1],
      [2, 2],
    ],
    up: [
      [2, 2, 2],
      [1, 1, 1],
      [0, 0, 0],
    ],
    middle: [2],
    addition: { pooled: 20, ids: 6, waves: WAVES },
  },
  clip: { ...TEXT, width: 12, inner: 24, heads: 2, activation: 'quick_gelu' },
  openClip: OPEN_CLIP,
};

/** SDXL's refiner in small: no transformer at either end, OpenCLIP alone, five numbers. */
export const TINY_REFINER: TinyModel = {
  unet: {
    ...{ ...SHARED, channels: [16, 32, 48, 48], heads: [1, 2, 3, 3], context: 20 },
    down: [
      [0, 0],
      [1, 1],
      [1, 1],
      [0, 0],
    ],
    up: [
      [0, 0, 0],
      [1, 1, 1],
      [1, 1, 1],
      [0, 0, 0],
    ],
    middle: [1],
    addition: { pooled: 20, ids: 5, waves: WAVES },
  },
  openClip: OPEN_CLIP,
};

/** Networks have names of their own, or two text encoders would have the same numbers. */
const numbersIn = (part: string) => (parameter: Parameter) =>
  numbersOf({ ...parameter, name: `${part}.${parameter.name}` });

/** Configurations as diffusers keeps them, by folder. */
function configsOf(model: TinyModel): Record<string, object> {
  const { unet: denoiser, clip, openClip } = model;
  const text = ({ heads, epsilon, activation }: TextEncoderConfig) => ({
    num_attention_heads: heads,
    layer_norm_eps: epsilon,
    hidden_act: activation,
  });
  return {
    unet: {
      block_out_channels: denoiser.channels,
      attention_head_dim: denoiser.heads,
      norm_num_groups: denoiser.groups,
      addition_time_embed_dim: WAVES,
    },
    ...(clip && { text_encoder: text(clip) }),
    text_encoder_2: text(openClip),
    vae: { norm_num_groups: VAE.groups, scaling_factor: 0.13025, latent_channels: VAE.latentChannels },
    scheduler: { beta_start: 0.00085, beta_end: 0.012, beta_schedule: 'scaled_linear' },
  };
}

/** The model as optimum exports it: a folder of ONNX graphs, their weights in a file beside each. */
export function writeOnnxFolder(folder: string, model: TinyModel): string {
  const configs = configsOf(model);
  const add = (
    name: string,
    part: string,
    network: { parameters: Parameter[]; write(at: Locate): Uint8Array },
  ) => {
    const own = path.join(folder, name);
    mkdirSync(own, { recursive: true });
    const locate = store(own, 'weights.pb', network.parameters, { numbers: numbersIn(part) });
    writeFileSync(path.join(own, 'model.onnx'), network.write(locate));
    writeFileSync(path.join(own, 'config.json'), JSON.stringify(configs[part]));
  };
  const of = <Config>(
    network: { parameters(config: Config): Parameter[]; write(config: Config, at: Locate): Uint8Array },
    config: Config,
  ) => ({
    parameters: network.parameters(config),
    write: (at: Locate) => network.write(config, at),
  });
  add('unet', 'unet', of(unet, model.unet));
  if (model.clip) add('text_encoder', 'text_encoder', of(clipText, model.clip));
  add('text_encoder_2', 'text_encoder_2', of(clipText, model.openClip));
  add('vae_decoder', 'vae', of(vaeDecoder, VAE));
  add('vae_encoder', 'vae', of(vaeEncoder, VAE));
  addTexts(folder, model, configs);
  return folder;
}

/** The vocabulary, and the schedule. OpenCLIP's tokenizer pads with 0. */
function addTexts(folder: string, model: TinyModel, configs: Record<string, object>): void {
  for (const tokenizer of [...(model.clip ? ['tokenizer'] : []), 'tokenizer_2'])
    cpSync(path.join(DEMO, 'tokenizer'), path.join(folder, tokenizer), { recursive: true });
  writeFileSync(path.join(folder, 'tokenizer_2', 'special_tokens_map.json'), '{"pad_token":"!"}');
  mkdirSync(path.join(folder, 'scheduler'), { recursive: true });
  writeFileSync(path.join(folder, 'scheduler', 'scheduler_config.json'), JSON.stringify(configs.scheduler));
}

type Tensors = Record<string, WrittenTensor>;

/** Every weight by folder, as diffusers and transformers name them. */
function weightsOf(model: TinyModel): Record<string, Tensors> {
  const all: Record<string, Tensors> = {};
  const add = (part: string, parameters: readonly Parameter[]) => {
    const numbers = numbersIn(part);
    all[part] ??= {};
    for (const parameter of parameters)
      all[part][parameter.name] = { shape: parameter.shape, data: numbers(parameter) };
  };
  add('unet', unet.parameters(model.unet));
  if (model.clip) add('text_encoder', clipText.parameters(model.clip));
  add('text_encoder_2', clipText.parameters(model.openClip));
  add('vae', vaeDecoder.parameters(VAE));
  add('vae', vaeEncoder.parameters(VAE));
  return all;
}

/** The model as diffusers saves it. */
export function writeDiffusersFolder(folder: string, model: TinyModel): string {
  const configs = configsOf(model);
  for (const [part, tensors] of Object.entries(weightsOf(model))) {
    const own = path.join(folder, part);
    mkdirSync(own, { recursive: true });
    const stem = part.startsWith('text') ? 'model' : 'diffusion_pytorch_model';
    writeFileSync(path.join(own, `${stem}.safetensors`), safetensors(tensors));
    writeFileSync(path.join(own, 'config.json'), JSON.stringify(configs[part]));
  }
  addTexts(folder, model, configs);
  return folder;
}

/** The model as one file in SGM's layout, as A1111 and ComfyUI load it. */
export function writeSingleFile(file: string, model: TinyModel): string {
  const { unet: denoiser, text_encoder: clip, text_encoder_2: openClip, vae } = weightsOf(model);
  const configs = configsOf(model);
  const tensors: Tensors = {};
  const { channels, context, addition } = model.unet;
  const modules = unetModules({
    ...{ channels, context, layersPerBlock: LAYERS, linearProjection: true },
    depth: model.unet.down.map(([depth]) => depth!),
    middleDepth: model.unet.middle[0]!,
    added: addition!.pooled + addition!.ids * addition!.waves,
  });
  for (const { path: module, ldm } of modules)
    for (const part of ['weight', 'bias']) {
      const tensor = denoiser![`${module}.${part}`];
      if (tensor) tensors[`model.diffusion_model.${ldm}.${part}`] = tensor;
    }
  for (const [name, tensor] of Object.entries(clip ?? {}))
    tensors[`conditioner.embedders.0.transformer.${name}`] = tensor;
  const embedder = `conditioner.embedders.${model.clip ? 1 : 0}.model.`;
  for (const [name, tensor] of Object.entries(asOpenClip(openClip!, model.openClip)))
    tensors[embedder + name] = tensor;
  for (const [name, tensor] of Object.entries(vae!)) {
    const ldm = vaeName(name, VAE.channels.length);
    const isAttention = /\.attn_1\.(?:q|k|v|proj_out)\.weight$/.test(ldm);
    tensors[`first_stage_model.${ldm}`] = isAttention
      ? { ...tensor, shape: [...tensor.shape, 1, 1] }
      : tensor;
  }
  // In a single file the text encoders are counted as they come.
  const config = {
    ...configs,
    ...(model.clip ? {} : { text_encoder: configs.text_encoder_2 }),
    merges: readFileSync(path.join(DEMO, 'tokenizer', 'merges.txt'), 'utf8'),
  };
  writeFileSync(file, safetensors(tensors, { [CONFIG_KEY]: JSON.stringify(config) }));
  return file;
}

/** OpenCLIP's names: query, key and value in one matrix, the projection the other way round. */
function asOpenClip(tensors: Tensors, { layers, width }: TextEncoderConfig): Tensors {
  const get = (name: string) => tensors[`text_model.${name}`]!;
  const named: Tensors = {
    positional_embedding: get('embeddings.position_embedding.weight'),
    'token_embedding.weight': get('embeddings.token_embedding.weight'),
  };
  for (const part of ['weight', 'bias']) {
    named[`ln_final.${part}`] = get(`final_layer_norm.${part}`);
    for (let layer = 0; layer < layers; layer++) {
      const block = `transformer.resblocks.${layer}`;
      const own = (name: string) => get(`encoder.layers.${layer}.${name}.${part}`);
      named[`${block}.ln_1.${part}`] = own('layer_norm1');
      named[`${block}.ln_2.${part}`] = own('layer_norm2');
      named[`${block}.attn.out_proj.${part}`] = own('self_attn.out_proj');
      named[`${block}.mlp.c_fc.${part}`] = own('mlp.fc1');
      named[`${block}.mlp.c_proj.${part}`] = own('mlp.fc2');
      const packed = ['q_proj', 'k_proj', 'v_proj'].map((name) => own(`self_attn.${name}`));
      named[`${block}.attn.in_proj_${part}`] = {
        shape: [3 * width, ...packed[0]!.shape.slice(1)],
        data: packed.flatMap(({ data }) => Array.from(data)),
      };
    }
  }
  const projection = tensors['text_projection.weight']!;
  const [rows = 1, columns = 1] = projection.shape;
  named.text_projection = {
    shape: [columns, rows],
    data: Array.from(
      projection.data,
      (_, at) => projection.data[(at % rows) * columns + Math.floor(at / rows)]!,
    ),
  };
  return named;
}
