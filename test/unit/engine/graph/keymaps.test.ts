import { describe, expect, it } from 'vitest';
import { clipText } from '../../../../server/src/engine/graph/networks/clipText';
import { TEXT_ENCODERS, UNETS } from '../../../../server/src/engine/graph/networks/presets';
import { unet } from '../../../../server/src/engine/graph/networks/unet';
import type { TextEncoderConfig } from '../../../../server/src/formats/checkpoint';
import { golden } from '../golden';

interface UnetMap {
  readonly modules: readonly (readonly [path: string, ldm: string, shape: readonly number[], kind: string])[];
}

interface TextMap {
  readonly modules: readonly (readonly [path: string, shape: readonly number[]])[];
}

/** Linear layers without a bias, by the last steps of their path. */
const BIASLESS = /\.attn[12]\.to_[qkv]$/;

describe('the weights a UNet reads', () => {
  it.each([
    ['sd1', 'sd15'],
    ['sd2', 'sd21'],
    ['sdxl', 'sdxl'],
    ['sdxl-refiner', 'sdxl-refiner'],
    ['ssd1b', 'ssd1b'],
  ] as const)('%s: every tensor of the layout, by name and shape, and no other', (preset, map) => {
    const { modules } = golden<UnetMap>(`keymaps/${map}_unet.json`);
    const wanted = modules.flatMap(([path, , shape]) => {
      const weight = `${path}.weight ${shape.join('×')}`;
      return BIASLESS.test(path) ? [weight] : [weight, `${path}.bias ${shape[0]}`];
    });
    const read = unet.parameters(UNETS[preset]).map(({ name, shape }) => `${name} ${shape.join('×')}`);
    expect(read.length).toBe(new Set(read).size);
    expect(read.sort()).toEqual(wanted.sort());
  });
});

describe('the weights a text encoder reads', () => {
  it.each([
    ['clip-l', 'clip_l'],
    ['openclip-h', 'openclip_h_sd2'],
    ['openclip-bigg', 'openclip_bigg'],
  ] as const)('%s: every linear layer, and besides them only norms and embeddings', (preset, map) => {
    const { modules } = golden<TextMap>(`keymaps/te_${map}.json`);
    const wanted = modules.flatMap(([path, shape]) => [
      `${path}.weight ${shape.join('×')}`,
      `${path}.bias ${shape[0]}`,
    ]);
    const config: TextEncoderConfig = TEXT_ENCODERS[preset];
    const { width, layers } = config;
    for (const norm of [
      ...Array.from({ length: layers }, (_, n) => `text_model.encoder.layers.${n}.layer_norm1`),
      ...Array.from({ length: layers }, (_, n) => `text_model.encoder.layers.${n}.layer_norm2`),
      'text_model.final_layer_norm',
    ])
      wanted.push(`${norm}.weight ${width}`, `${norm}.bias ${width}`);
    wanted.push(`text_model.embeddings.token_embedding.weight 49408×${width}`);
    wanted.push(`text_model.embeddings.position_embedding.weight 77×${width}`);
    if (config.projection) wanted.push(`text_projection.weight ${config.projection}×${width}`);
    const read = clipText.parameters(config).map(({ name, shape }) => `${name} ${shape.join('×')}`);
    expect(read.sort()).toEqual(wanted.sort());
  });
});
