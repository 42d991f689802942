import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openLoraFile } from '../../../../server/src/engine/lora/loraFile';
import { changesBias, mergeBias, mergeWeight } from '../../../../server/src/engine/lora/mergeModule';
import { safetensors, temporaryFolder, write } from '../support';
import { type GoldenTensor, largestError } from './goldenCase';

/** What the trainers' own programs made of one module, in float64, its file written and read as a user's is. */
interface FurtherCase {
  readonly name: string;
  readonly prefix: string;
  readonly strength: number;
  readonly dyn?: number;
  readonly metadata?: Readonly<Record<string, string>>;
  /** `adapter_config.json` beside the file. */
  readonly adapter?: object;
  readonly tensors: Readonly<Record<string, GoldenTensor & { readonly data: readonly number[] }>>;
  readonly shape: readonly number[];
  readonly weight: readonly number[];
  readonly expected: readonly number[];
  readonly bias?: readonly number[];
  readonly expected_bias?: readonly number[];
}

const { cases } = JSON.parse(readFileSync('test/golden/merge/further.json', 'utf8')) as {
  cases: FurtherCase[];
};
const folder = temporaryFolder();

function open({ name, prefix, tensors, metadata, adapter }: FurtherCase) {
  const own = path.join(folder, name.replaceAll(' ', '_'));
  mkdirSync(own);
  const named = Object.entries(tensors).map(([suffix, one]) => [
    `${prefix}.${suffix}`,
    { ...one, dtype: 'F64' },
  ]);
  const file = write(own, 'network.safetensors', safetensors(Object.fromEntries(named), metadata));
  if (adapter) write(own, 'adapter_config.json', JSON.stringify(adapter));
  const opened = openLoraFile(file, name);
  if (!opened.ok) throw new Error(opened.problem.message);
  return opened.value;
}

describe('merges of the trainers’ own programs', () => {
  it.each(cases.map((row) => [row.name, row] as const))('%s', (_, row) => {
    const file = open(row);
    expect(file.modules.length).toBe(1);
    const [{ tensors }] = file.modules;
    const weight = { shape: row.shape, data: Float64Array.from(row.weight) };
    const merged = row.name.startsWith('full-b ')
      ? undefined
      : mergeWeight(weight, tensors, row.strength, row.dyn);
    if (merged && !merged.ok) throw new Error(merged.problem.message);
    // LyCORIS adds 1e-8 to the length of blocks, and sd-scripts multiplies LoRA's factors in float32.
    const tolerance = /^(b?oft|lora-kohya) /.test(row.name) ? 1e-6 : 1e-8;
    expect(largestError((merged?.value ?? weight).data, row.expected)).toBeLessThanOrEqual(tolerance);
    if (!row.bias || !row.expected_bias) return file.close();
    let bias = { shape: [row.bias.length], data: Float64Array.from(row.bias) };
    if (changesBias(tensors)) {
      const changed = mergeBias(bias, tensors, row.strength);
      if (!changed.ok) throw new Error(changed.problem.message);
      bias = { shape: [row.bias.length], data: Float64Array.from(changed.value.data) };
    }
    expect(largestError(bias.data, row.expected_bias)).toBeLessThanOrEqual(1e-8);
    file.close();
  });
});
