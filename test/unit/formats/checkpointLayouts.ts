import { readFileSync } from 'node:fs';
import path from 'node:path';

/** A tensor as a header lists it. */
export type Listed = readonly [name: string, shape: readonly number[]];

const golden = (name: string) =>
  JSON.parse(readFileSync(path.resolve('test/golden/keymaps', `${name}.json`), 'utf8'));

type Naming = 'ldm' | 'diffusers';

/** Weights and biases of a U-Net, by the golden list of its modules. */
export function unetTensors(file: string, naming: Naming): Listed[] {
  const modules: [diffusers: string, ldm: string, shape: number[], kind: string][] = golden(file).modules;
  return modules.flatMap(([diffusers, ldm, shape]): Listed[] => {
    const name = naming === 'ldm' ? ldm : diffusers;
    // Query, key and value are projected without a bias.
    const hasBias = !/\.to_[qkv]$/.test(name);
    return [[`${name}.weight`, shape], ...(hasBias ? ([[`${name}.bias`, [shape[0]!]]] as Listed[]) : [])];
  });
}

/** A text encoder as transformers names it, by the golden list of its matrices. */
export function clipTensors(file: string, vocabulary = 49408): Listed[] {
  const { layers, hidden, modules } = golden(file) as {
    layers: number;
    hidden: number;
    modules: [string, number[]][];
  };
  const norm = (name: string): Listed[] => [
    [`${name}.weight`, [hidden]],
    [`${name}.bias`, [hidden]],
  ];
  return [
    ['text_model.embeddings.token_embedding.weight', [vocabulary, hidden]],
    ['text_model.embeddings.position_embedding.weight', [77, hidden]],
    ...modules.flatMap(([name, shape]): Listed[] => [
      [`${name}.weight`, shape],
      [`${name}.bias`, [shape[0]!]],
    ]),
    ...Array.from({ length: layers }, (_, layer) => [
      ...norm(`text_model.encoder.layers.${layer}.layer_norm1`),
      ...norm(`text_model.encoder.layers.${layer}.layer_norm2`),
    ]).flat(),
    ...norm('text_model.final_layer_norm'),
  ];
}

/** A text encoder as OpenCLIP names it: query, key and value in one matrix. */
export function openClipTensors(layers: number, width: number, inner: number, vocabulary = 49408): Listed[] {
  const both = (name: string, shape: readonly number[]): Listed[] => [
    [`${name}.weight`, shape],
    [`${name}.bias`, [shape[0]!]],
  ];
  return [
    ['positional_embedding', [77, width]],
    ['text_projection', [width, width]],
    ['logit_scale', []],
    ['token_embedding.weight', [vocabulary, width]],
    ...Array.from({ length: layers }, (_, layer) => {
      const block = `transformer.resblocks.${layer}`;
      return [
        ...both(`${block}.ln_1`, [width]),
        [`${block}.attn.in_proj_weight`, [3 * width, width]] as Listed,
        [`${block}.attn.in_proj_bias`, [3 * width]] as Listed,
        ...both(`${block}.attn.out_proj`, [width, width]),
        ...both(`${block}.ln_2`, [width]),
        ...both(`${block}.mlp.c_fc`, [inner, width]),
        ...both(`${block}.mlp.c_proj`, [width, inner]),
      ];
    }).flat(),
    ...both('ln_final', [width]),
  ];
}

/** An autoencoder as LDM names it. */
export function vaeTensors(
  channels: readonly number[] = [128, 256, 512, 512],
  layersPerBlock = 2,
  latent = 4,
): Listed[] {
  const tensors: Listed[] = [];
  const both = (name: string, shape: readonly number[]) =>
    tensors.push([`${name}.weight`, shape], [`${name}.bias`, [shape[0]!]]);
  const block = (name: string, into: number, out: number) => {
    both(`${name}.norm1`, [into]);
    both(`${name}.conv1`, [out, into, 3, 3]);
    both(`${name}.norm2`, [out]);
    both(`${name}.conv2`, [out, out, 3, 3]);
    if (into !== out) both(`${name}.nin_shortcut`, [out, into, 1, 1]);
  };
  const middle = (side: string, width: number) => {
    block(`${side}.mid.block_1`, width, width);
    both(`${side}.mid.attn_1.norm`, [width]);
    for (const name of ['q', 'k', 'v', 'proj_out']) both(`${side}.mid.attn_1.${name}`, [width, width, 1, 1]);
    block(`${side}.mid.block_2`, width, width);
  };
  const last = channels.length - 1;
  const inmost = channels[last]!;
  both('encoder.conv_in', [channels[0]!, 3, 3, 3]);
  channels.forEach((width, level) => {
    for (let index = 0; index < layersPerBlock; index++)
      block(
        `encoder.down.${level}.block.${index}`,
        index === 0 ? (channels[level - 1] ?? width) : width,
        width,
      );
    if (level < last) both(`encoder.down.${level}.downsample.conv`, [width, width, 3, 3]);
  });
  middle('encoder', inmost);
  both('encoder.norm_out', [inmost]);
  both('encoder.conv_out', [2 * latent, inmost, 3, 3]);
  both('decoder.conv_in', [inmost, latent, 3, 3]);
  middle('decoder', inmost);
  for (let level = last; level >= 0; level--) {
    const width = channels[level]!;
    for (let index = 0; index <= layersPerBlock; index++)
      block(
        `decoder.up.${level}.block.${index}`,
        index === 0 ? (channels[level + 1] ?? width) : width,
        width,
      );
    if (level > 0) both(`decoder.up.${level}.upsample.conv`, [width, width, 3, 3]);
  }
  both('decoder.norm_out', [channels[0]!]);
  both('decoder.conv_out', [3, channels[0]!, 3, 3]);
  both('quant_conv', [2 * latent, 2 * latent, 1, 1]);
  both('post_quant_conv', [latent, latent, 1, 1]);
  return tensors;
}

const prefixed = (prefix: string, tensors: readonly Listed[]): Listed[] =>
  tensors.map(([name, shape]) => [prefix + name, shape]);

const unet = (file: string) => prefixed('model.diffusion_model.', unetTensors(file, 'ldm'));
const vae = () => prefixed('first_stage_model.', vaeTensors());
const clipL = (prefix: string) =>
  prefixed(`${prefix}.transformer.`, [
    ...clipTensors('te_clip_l'),
    ['text_model.embeddings.position_ids', [1, 77]],
  ]);
const bigG = (prefix: string) => prefixed(`${prefix}.model.`, openClipTensors(32, 1280, 5120));

/** Every tensor of a released checkpoint, by architecture, in LDM's or SGM's layout. */
export const SINGLE_FILES: Readonly<Record<string, () => Listed[]>> = {
  sd1: () => [
    ['betas', [1000]],
    ['alphas_cumprod', [1000]],
    ['sqrt_one_minus_alphas_cumprod', [1000]],
    ...unet('sd15_unet'),
    ...vae(),
    ...clipL('cond_stage_model'),
  ],
  sd2: () => [
    ...unet('sd21_unet'),
    ...vae(),
    ...prefixed('cond_stage_model.model.', openClipTensors(24, 1024, 4096)),
  ],
  sdxl: () => [
    ...unet('sdxl_unet'),
    ...vae(),
    ...clipL('conditioner.embedders.0'),
    ...bigG('conditioner.embedders.1'),
  ],
  'sdxl-refiner': () => [...unet('sdxl-refiner_unet'), ...vae(), ...bigG('conditioner.embedders.0')],
  'ssd-1b': () => [
    ...unet('ssd1b_unet'),
    ...vae(),
    ...clipL('conditioner.embedders.0'),
    ...bigG('conditioner.embedders.1'),
  ],
};
