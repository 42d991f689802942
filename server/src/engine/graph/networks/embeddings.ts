import { encode } from '../../../formats/onnx/index';
import type { Scope } from '../builder';
import { linearRows, silu } from '../layers';
import type { Value } from '../nodes';

/**
 * `Timesteps` of diffusers with `flip_sin_to_cos` and no frequency shift: cosines and sines of the numbers `[n]` at
 * `width / 2` falling frequencies, `[n, width]`.
 */
export function waves(scope: Scope, numbers: Value, width: number): Value {
  const half = width / 2;
  const exponent = Math.fround(-Math.log(10_000));
  const frequencies = Float32Array.from({ length: half }, (_, index) =>
    Math.exp(Math.fround(Math.fround(exponent * index) / half)),
  );
  const column = scope.op('Unsqueeze', [numbers, scope.integers([1])]);
  const angles = scope.op('Mul', [column, scope.floats(frequencies, [1, half])]);
  const axis = encode.intAttribute('axis', -1);
  return scope.op('Concat', [scope.op('Cos', [angles]), scope.op('Sin', [angles])], axis);
}

/** `TimestepEmbedding` of diffusers: two linear layers with SiLU between, on rows. */
export function embedding(scope: Scope, x: Value, inFeatures: number, outFeatures: number): Value {
  const first = linearRows(scope.module('linear_1'), x, inFeatures, outFeatures);
  return linearRows(scope.module('linear_2'), silu(scope.module('act'), first), outFeatures, outFeatures);
}
