import { expect } from 'vitest';
import type { ModuleTensors, PeftConfig } from '../../../../server/src/engine/lora/kinds/kind';
import type { Tensor64 } from '../../../../server/src/engine/lora/tensor';
import { splitSuffix } from '../../../../server/src/formats/lora/suffixes';

export type Nested = number | readonly Nested[];

export interface GoldenTensor {
  readonly shape: readonly number[];
  readonly data: Nested;
}

/** One network of a golden case. */
export interface Layer {
  readonly strength: number;
  readonly tensors: Readonly<Record<string, GoldenTensor>>;
}

export function flat(value: Nested): number[] {
  return typeof value === 'number' ? [value] : value.flatMap(flat);
}

export function tensor(shape: readonly number[], data: Nested): Tensor64 {
  return { shape, data: Float64Array.from(flat(data)) };
}

/** The tensors of a layer by role, as a file's would be. */
export function moduleOf(tensors: Layer['tensors'], peft?: PeftConfig): ModuleTensors {
  const byRole = new Map(
    Object.entries(tensors).map(([key, value]) => [
      splitSuffix(`module.${key}`)?.role ?? key,
      tensor(value.shape, value.data),
    ]),
  );
  return { has: (name) => byRole.has(name), get: (name) => byRole.get(name), peft };
}

export function largestError(actual: ArrayLike<number>, expected: Nested): number {
  const wanted = flat(expected);
  expect(actual.length).toBe(wanted.length);
  return Math.max(...wanted.map((value, index) => Math.abs(value - actual[index])));
}
