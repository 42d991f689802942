import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dimensionsOf, fitOf, fitsWeight, groupModules, moduleType } from '../../../server/src/formats/lora';

interface MergeCase {
  readonly name: string;
  readonly weight?: unknown;
  readonly tensors?: Record<string, { readonly shape: number[] }>;
}

const merges = JSON.parse(readFileSync(join(__dirname, '../../golden/merge/merge_golden.json'), 'utf8')) as {
  cases: MergeCase[];
};

function shapeOf(nested: unknown): number[] {
  return Array.isArray(nested) ? [nested.length, ...shapeOf(nested[0])] : [];
}

describe('dimensions', () => {
  const single = merges.cases.filter(({ tensors, weight }) => tensors && Array.isArray(weight));

  it.each(single.map((row) => [row.name, row] as const))('fit the weight that %s merges into', (_, row) => {
    const tensors = new Map(
      Object.entries(row.tensors!).map(([key, value]) => [`lora_unet_m.${key}`, value]),
    );
    const shapes = (name: string) => tensors.get(name);
    const modules = groupModules(tensors);
    expect(modules).toHaveLength(1);
    const dimensions = dimensionsOf(modules[0]!, shapes);
    const weight = shapeOf(row.weight);
    expect(Object.keys(dimensions).length).toBeGreaterThan(0);
    expect(fitsWeight(dimensions, weight), moduleType(modules[0]!, shapes)).toBe(true);
    expect(fitsWeight(dimensions, [weight[0]! * 7, (weight[1] ?? 1) * 11, ...weight.slice(2)])).toBe(false);
  });
});

describe('fitOf', () => {
  const model = {
    'down_blocks.0.attentions.0.proj_in': [320, 320, 1, 1],
    'down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k': [320, 768],
    'down_blocks.0.resnets.1.conv1': [320, 320, 3, 3],
    'text_model.encoder.layers.0.mlp.fc1': [3072, 768],
    'text_encoder_2.text_model.encoder.layers.0.mlp.fc1': [5120, 1280],
  };
  const count = (tensors: Record<string, number[]>) => {
    const entries = Object.entries(tensors).map(([name, shape]) => [name, { shape }] as const);
    const shapes = new Map(entries);
    return fitOf(groupModules(entries), (name) => shapes.get(name), model);
  };

  it('finds modules under either naming and compares their shapes', () => {
    const result = count({
      'lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k.lora_down.weight': [4, 768],
      'lora_unet_input_blocks_2_0_in_layers_2.lora_down.weight': [4, 320, 3, 3],
      'lora_te_text_model_encoder_layers_0_mlp_fc1.lora_down.weight': [4, 768],
      'lora_te2_text_model_encoder_layers_0_mlp_fc1.lora_down.weight': [4, 1280],
    });
    expect(result).toEqual({ fits: 4, total: 4, misfits: [] });
  });

  it('says why a module does not fit', () => {
    const result = count({
      'lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k.lora_down.weight': [4, 2048],
      'lora_unet_down_blocks_9_attentions_0_proj_in.lora_down.weight': [4, 320],
      'lora_unet_down_blocks_0_attentions_0_proj_in.lora_down.weight': [4, 320],
    });
    expect(result.fits).toBe(1);
    expect(result.misfits).toEqual([
      {
        module: 'down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k',
        reason: 'made for 2048 → ?, the model has 768 → 320',
      },
      { module: 'down_blocks_9_attentions_0_proj_in', reason: 'the model has no such module' },
    ]);
  });
});
