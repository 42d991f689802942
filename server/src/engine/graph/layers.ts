import { encode } from '../../formats/onnx/index';
import type { Scope } from './builder';
import type { Value } from './nodes';

const { floatAttribute, intAttribute, intsAttribute, stringAttribute } = encode;

/** `torch.nn.Linear` over the last axis of a tensor of any rank. */
export function linear(
  scope: Scope,
  x: Value,
  inFeatures: number,
  outFeatures: number,
  hasBias = true,
): Value {
  const weight = scope.parameter('weight', [outFeatures, inFeatures]);
  const product = scope.op('FusedMatMul', [x, weight], intAttribute('transB', 1));
  return hasBias ? scope.op('Add', [product, scope.parameter('bias', [outFeatures])]) : product;
}

/** `torch.nn.Linear` of rows `[n, in]`. */
export function linearRows(scope: Scope, x: Value, inFeatures: number, outFeatures: number): Value {
  const weight = scope.parameter('weight', [outFeatures, inFeatures]);
  return scope.op('Gemm', [x, weight, scope.parameter('bias', [outFeatures])], intAttribute('transB', 1));
}

export interface Convolution {
  /** Side of the kernel. */
  readonly kernel: number;
  readonly stride?: number;
  /** Rows and columns added on every side, or `[top, left, bottom, right]`. */
  readonly padding?: number | readonly [number, number, number, number];
  readonly bias?: boolean;
}

/** `torch.nn.Conv2d`. */
export function conv(
  scope: Scope,
  x: Value,
  inChannels: number,
  outChannels: number,
  { kernel, stride = 1, padding = (kernel - 1) / 2, bias = true }: Convolution,
): Value {
  const inputs = [x, scope.parameter('weight', [outChannels, inChannels, kernel, kernel])];
  if (bias) inputs.push(scope.parameter('bias', [outChannels]));
  return scope.op(
    'Conv',
    inputs,
    intsAttribute('kernel_shape', [kernel, kernel]),
    intsAttribute('pads', typeof padding === 'number' ? Array(4).fill(padding) : padding),
    intsAttribute('strides', [stride, stride]),
  );
}

/** `torch.nn.GroupNorm` of `[batch, channels, height, width]`. */
export function groupNorm(scope: Scope, x: Value, channels: number, groups: number, epsilon: number): Value {
  const grouped = scope.op('Reshape', [x, scope.integers([0, groups, -1])]);
  const one = scope.floats(Array(groups).fill(1), [groups]);
  const zero = scope.floats(Array(groups).fill(0), [groups]);
  const normal = scope.op('InstanceNormalization', [grouped, one, zero], floatAttribute('epsilon', epsilon));
  const shaped = scope.op('Reshape', [normal, scope.op('Shape', [x])]);
  const scaled = scope.op('Mul', [shaped, scope.parameter('weight', [channels], [channels, 1, 1])]);
  return scope.op('Add', [scaled, scope.parameter('bias', [channels], [channels, 1, 1])]);
}

/** `torch.nn.LayerNorm` over the last axis. */
export function layerNorm(scope: Scope, x: Value, width: number, epsilon = 1e-5): Value {
  return scope.op(
    'LayerNormalization',
    [x, scope.parameter('weight', [width]), scope.parameter('bias', [width])],
    intAttribute('axis', -1),
    floatAttribute('epsilon', epsilon),
  );
}

/** `x · sigmoid(x)`. */
export function silu(scope: Scope, x: Value): Value {
  return scope.op('QuickGelu', [x], floatAttribute('alpha', 1));
}

/** `x · sigmoid(1.702 x)`, as OpenAI's CLIP has it. */
export function quickGelu(scope: Scope, x: Value): Value {
  return scope.op('QuickGelu', [x], floatAttribute('alpha', 1.702));
}

/** `x · Φ(x)`, exact. */
export function gelu(scope: Scope, x: Value): Value {
  return scope.op('Gelu', [x]);
}

/** Doubles height and width, every value four times. */
export function upsample(scope: Scope, x: Value): Value {
  return scope.op(
    'Resize',
    [x, undefined, scope.floats([1, 1, 2, 2], [4])],
    stringAttribute('mode', 'nearest'),
    stringAttribute('coordinate_transformation_mode', 'asymmetric'),
    stringAttribute('nearest_mode', 'floor'),
  );
}

/** Scaled dot-product attention of `[batch, tokens, width]`. `isCausal`: no token looks ahead. */
export function attend(
  scope: Scope,
  query: Value,
  key: Value,
  value: Value,
  heads: number,
  isCausal = false,
): Value {
  return scope.op(
    'MultiHeadAttention',
    [query, key, value],
    intAttribute('num_heads', heads),
    ...(isCausal ? [intAttribute('unidirectional', 1)] : []),
  );
}

/** Picture to tokens: `[batch, channels, height, width]` to `[batch, height · width, channels]`. */
export function tokensOf(scope: Scope, x: Value, channels: number): Value {
  const flat = scope.op('Reshape', [x, scope.integers([0, channels, -1])]);
  return scope.op('Transpose', [flat], intsAttribute('perm', [0, 2, 1]));
}

/** Tokens to a picture of the shape of `like`. */
export function pictureOf(scope: Scope, tokens: Value, like: Value): Value {
  const flat = scope.op('Transpose', [tokens], intsAttribute('perm', [0, 2, 1]));
  return scope.op('Reshape', [flat, scope.op('Shape', [like])]);
}
