import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { kindOf } from '../../../../server/src/engine/lora/kinds/index';
import type { PeftConfig } from '../../../../server/src/engine/lora/kinds/kind';
import { mergeWeight } from '../../../../server/src/engine/lora/mergeModule';
import { type Layer, largestError, moduleOf, type Nested, tensor } from './goldenCase';

interface Variation {
  readonly name: string;
  readonly weight_shape: readonly number[];
  readonly weight: Nested;
  readonly loras: readonly (Layer & { readonly dyn?: number; readonly peft?: PeftConfig })[];
  readonly expected: Nested;
}

const { cases } = JSON.parse(readFileSync('test/golden/merge/variations.json', 'utf8')) as {
  cases: Variation[];
};

describe('merges of every kind in further shapes', () => {
  it.each(cases.map((row) => [row.name, row] as const))('%s', (_, row) => {
    let weight = tensor(row.weight_shape, row.weight);
    for (const { tensors, peft, strength, dyn } of row.loras) {
      const merged = mergeWeight(weight, moduleOf(tensors, peft), strength, dyn);
      if (!merged.ok) throw new Error(merged.problem.message);
      weight = merged.value;
    }
    expect(largestError(weight.data, row.expected)).toBeLessThanOrEqual(1e-9);
  });
});

const thin = cases.filter(({ name }) => /^(lora|tucker|rslora) /.test(name) && !name.includes('dyn'));

describe('the same as low-rank factors in float32', () => {
  it.each(thin.map((row) => [row.name, row] as const))('%s', (_, row) => {
    const [{ tensors, peft, strength }] = row.loras;
    const module = moduleOf(tensors, peft);
    const factors = kindOf(module)?.lowRank?.(module, row.weight_shape);
    if (!factors?.ok) throw new Error(factors?.problem.message ?? 'no factors');
    const { rank, down, up, scale } = factors.value;
    const base = tensor(row.weight_shape, row.weight);
    const out = row.weight_shape[0];
    const inner = base.data.length / out;
    const merged = base.data.map((value, index) => {
      let sum = 0;
      for (let r = 0; r < rank; r++)
        sum += up[r * out + Math.floor(index / inner)] * down[r * inner + (index % inner)];
      return value + strength * scale * sum;
    });
    expect(largestError(merged, row.expected)).toBeLessThanOrEqual(1e-6);
  });
});
