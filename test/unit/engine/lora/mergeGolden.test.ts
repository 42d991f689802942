import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { mergeBias, mergeWeight } from '../../../../server/src/engine/lora/mergeModule';
import { decodeInto } from '../../../../server/src/formats/elements';
import { flat, type Layer, largestError, moduleOf, type Nested, tensor } from './goldenCase';

interface GoldenCase extends Partial<Layer> {
  readonly name: string;
  readonly type: string;
  readonly weight_shape: readonly number[];
  readonly weight: Nested;
  readonly bias?: Nested;
  readonly loras?: readonly Layer[];
  readonly expected?: Nested;
  readonly expected_sequential_comfyui?: Nested;
  readonly expected_bias?: Nested;
  readonly tolerance?: number;
  readonly lora_alpha?: number;
  readonly use_rslora?: boolean;
}

const golden = JSON.parse(readFileSync('test/golden/merge/merge_golden.json', 'utf8')) as {
  cases: GoldenCase[];
  dtype_decode: Record<string, unknown>;
};

describe('golden merges', () => {
  it.each(golden.cases.map((row) => [row.name, row] as const))('%s', (_, row) => {
    const layers = row.loras ?? [{ strength: row.strength ?? 1, tensors: row.tensors ?? {} }];
    const peft =
      row.lora_alpha === undefined ? undefined : { alpha: row.lora_alpha, rslora: row.use_rslora === true };
    let weight = tensor(row.weight_shape, row.weight);
    for (const layer of layers) {
      const merged = mergeWeight(weight, moduleOf(layer.tensors, peft), layer.strength);
      if (!merged.ok) throw new Error(merged.problem.message);
      weight = merged.value;
    }
    const expected = row.expected ?? row.expected_sequential_comfyui ?? [];
    expect(largestError(weight.data, expected)).toBeLessThanOrEqual(row.tolerance ?? 1e-9);
    if (row.bias !== undefined && row.expected_bias !== undefined) {
      const bias = mergeBias(
        tensor([flat(row.bias).length], row.bias),
        moduleOf(layers[0].tensors),
        layers[0].strength,
      );
      if (!bias.ok) throw new Error(bias.problem.message);
      expect(largestError(bias.value.data, row.expected_bias)).toBeLessThanOrEqual(1e-9);
    }
  });
});

function numberOf(value: number | string): number {
  return typeof value === 'number' ? value : Number(value);
}

describe('dtype tables', () => {
  const decode = golden.dtype_decode;
  it.each(['F16', 'BF16'])('%s samples', (dtype) => {
    const { bits, values } = decode[dtype] as { bits: number[]; values: (number | string)[] };
    const out = new Float64Array(bits.length);
    decodeInto(out, new Uint8Array(Uint16Array.from(bits).buffer), dtype);
    expect([...out]).toEqual(values.map(numberOf));
  });
  it.each(['F8_E4M3', 'F8_E5M2'])('%s, all 256', (dtype) => {
    const values = decode[dtype] as (number | string)[];
    const out = new Float64Array(256);
    decodeInto(
      out,
      Uint8Array.from({ length: 256 }, (_, index) => index),
      dtype,
    );
    expect([...out]).toEqual(values.map(numberOf));
  });
});
