import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { aliasesOf, LAYOUTS, textEncoderModules, unetModules } from '../../../server/src/formats/lora';

const folder = join(__dirname, '../../golden/keymaps');
const read = (name: string) => JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));
const layout = (name: string) => LAYOUTS.find((entry) => entry.name === name)!;

describe('U-Net layouts', () => {
  it.each([
    ['sd1', 'sd15_unet'],
    ['sd2', 'sd21_unet'],
    ['sdxl', 'sdxl_unet'],
    ['sdxl-refiner', 'sdxl-refiner_unet'],
    ['ssd-1b', 'ssd1b_unet'],
  ])('%s lists the modules of %s in order', (name, file) => {
    const expected = read(file).modules.map(([path, ldm, shape]: [string, string, number[]]) => ({
      path,
      ldm,
      shape,
    }));
    expect(unetModules(layout(name).unet)).toEqual(expected);
  });

  it.each(LAYOUTS.map(({ name }) => name))('%s is found by either naming', (name) => {
    const modules = unetModules(layout(name).unet);
    const aliases = aliasesOf(modules.map(({ path }) => path));
    for (const { path, ldm } of modules) {
      expect(aliases.get(path.replaceAll('.', '_'))).toBe(path);
      expect(aliases.get(ldm.replaceAll('.', '_'))).toBe(path);
    }
  });
});

describe('aliasesOf', () => {
  it.each([
    ['a.attn1.to_out.0', 'a_attn1_to_out'],
    ['text_model.encoder.layers.3.mlp.fc1', 'text_model_encoder_layers_3_mlp_fc1'],
    ['text_model.encoder.layers.3.mlp.fc1', 'encoder_layers_3_mlp_fc1'],
    ['text_model.encoder.layers.3.mlp.fc1', 'transformer_resblocks_3_mlp_c_fc'],
    ['text_model.encoder.layers.3.self_attn.out_proj', 'resblocks_3_attn_out_proj'],
  ])('finds %s as %s', (path, alias) => {
    expect(aliasesOf([path]).get(alias)).toBe(path);
  });
});

describe('text encoders', () => {
  it.each([
    ['sd1', 'te', 'te_clip_l'],
    ['sd2', 'te', 'te_openclip_h_sd2'],
    ['sdxl', 'te1', 'te_clip_l'],
    ['sdxl', 'te2', 'te_openclip_bigg'],
  ] as const)('%s %s lists the modules of %s', (name, component, file) => {
    const modules = textEncoderModules(layout(name).textEncoders[component]!);
    expect(modules.filter(([path]) => path !== 'text_projection')).toEqual(read(file).modules);
  });
});
