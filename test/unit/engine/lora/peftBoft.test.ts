import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { kindOf } from '../../../../server/src/engine/lora/kinds/index';
import { mergeWeight } from '../../../../server/src/engine/lora/mergeModule';
import { type Layer, largestError, moduleOf, type Nested, tensor } from './goldenCase';

const golden = JSON.parse(readFileSync('test/golden/merge/peft_boft.json', 'utf8')) as {
  readonly weight_shape: readonly number[];
  readonly weight: Nested;
  readonly tensors: Layer['tensors'];
  readonly expected: Nested;
};

it('BOFT of PEFT with one factor merges as PEFT merges it', () => {
  const module = moduleOf(golden.tensors);
  const merged = mergeWeight(tensor(golden.weight_shape, golden.weight), module, 1);
  if (!merged.ok) throw new Error(merged.problem.message);
  // PEFT computes in float32.
  expect(largestError(merged.value.data, golden.expected)).toBeLessThan(1e-6);
});

it('networks that are no change of weights have no kind', () => {
  const pair = { lora_A: { shape: [2, 4], data: 0 }, lora_B: { shape: [4, 2], data: 0 } };
  expect(kindOf(moduleOf({ 'lora_A.weight': pair.lora_A, 'lora_B.weight': pair.lora_B }))?.name).toBe('lora');
  expect(kindOf(moduleOf({ ...pair, lora_E: { shape: [2, 1], data: 0 } }))).toBeUndefined();
  expect(
    kindOf(moduleOf({ 'lora_down.weight': pair.lora_A, 'lora_ups.0.weight': pair.lora_B })),
  ).toBeUndefined();
});
