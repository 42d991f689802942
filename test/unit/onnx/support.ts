import { readFileSync } from 'node:fs';
import { memorySource, type OnnxModel, readModel } from '../../../server/src/formats/onnx/index';

export type Nested = number | readonly Nested[];

/** All parameters of the module the fixtures were exported from, PyTorch layout. */
export const state = JSON.parse(readFileSync('test/golden/onnx/state.json', 'utf8')) as {
  readonly inputs: { readonly sample: Nested; readonly t: Nested };
  readonly output: Nested;
  readonly output_equal_q_k: Nested;
  readonly state: Readonly<Record<string, Nested>>;
};

export const FIXTURES = ['op14', 'op17', 'op17_nofold', 'op17_equal_q_k'] as const;

export function fixturePath(name: string): string {
  return `test/golden/onnx/${name}.onnx`;
}

export function flat(value: Nested): number[] {
  return typeof value === 'number' ? [value] : value.flatMap(flat);
}

export function shapeOf(value: Nested): number[] {
  return typeof value === 'number' ? [] : [value.length, ...shapeOf(value[0])];
}

export function modelOf(bytes: Uint8Array): OnnxModel {
  const model = readModel(memorySource(bytes));
  if (!model.ok) throw new Error(model.problem.message);
  return model.value;
}

/** Parameters of a fixture: the one with equal projections has its own `to_k`. */
export function parametersOf(name: string): Record<string, Nested> {
  const parameters = { ...state.state };
  const attention = 'down_blocks.0.transformer_blocks.0.attn1';
  if (name === 'op17_equal_q_k')
    parameters[`${attention}.to_k.weight`] = parameters[`${attention}.to_q.weight`];
  return parameters;
}
