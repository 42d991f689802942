import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { aliasesOf } from '../../../server/src/formats/lora';

type Row = readonly [diffusers: string, native: string, shape: readonly number[]];
const folder = 'test/golden/keymaps';

describe.each(readdirSync(folder).filter((name) => name.endsWith('_unet.json')))('%s', (name) => {
  const { modules } = JSON.parse(readFileSync(`${folder}/${name}`, 'utf8')) as { modules: Row[] };
  const table = aliasesOf(modules.map(([path]) => path));

  it('knows every module by both names', () => {
    const wrong = modules.filter(
      ([path, native]) =>
        table.get(path.replaceAll('.', '_')) !== path || table.get(native.replaceAll('.', '_')) !== path,
    );
    expect(wrong).toEqual([]);
  });
});

describe('text encoders', () => {
  const paths = ['self_attn.q_proj', 'self_attn.out_proj', 'mlp.fc1'].map(
    (end) => `text_model.encoder.layers.11.${end}`,
  );
  const table = aliasesOf(paths);

  it.each([
    ['text_model_encoder_layers_11_self_attn_q_proj', paths[0]],
    ['encoder_layers_11_mlp_fc1', paths[2]],
    ['transformer_text_model_encoder_layers_11_mlp_fc1', paths[2]],
    ['resblocks_11_mlp_c_fc', paths[2]],
    ['transformer_resblocks_11_attn_out_proj', paths[1]],
  ])('%s', (key, path) => {
    expect(table.get(key)).toBe(path);
  });

  it('are found by their outer module where a model leaves it out', () => {
    const bare = aliasesOf(['encoder.layers.3.mlp.fc1']);
    expect(bare.get('text_model_encoder_layers_3_mlp_fc1')).toBe('encoder.layers.3.mlp.fc1');
  });

  it('does not guess', () => {
    expect(table.get('text_model_encoder_layers_1_mlp_fc1')).toBeUndefined();
  });
});
