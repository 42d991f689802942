import { encode } from '../../../formats/onnx/index';
import type { Scope } from '../builder';
import { attend, conv, gelu, groupNorm, layerNorm, linear, pictureOf, tokensOf } from '../layers';
import type { Value } from '../nodes';

export interface TransformerShape {
  readonly channels: number;
  readonly heads: number;
  /** Blocks one after the other. */
  readonly depth: number;
  /** Width of the text's hidden states. */
  readonly context: number;
  readonly groups: number;
  /** Projections as linear layers on tokens (SD 2, SDXL) rather than 1×1 convolutions (SD 1). */
  readonly linearProjection: boolean;
}

/** `Transformer2DModel` of diffusers: attention within the picture and from the picture to the text. */
export function transformer2d(scope: Scope, x: Value, text: Value, shape: TransformerShape): Value {
  const { channels, depth, linearProjection } = shape;
  const norm = groupNorm(scope.module('norm'), x, channels, shape.groups, 1e-6);
  let tokens: Value;
  if (linearProjection) {
    tokens = linear(scope.module('proj_in'), tokensOf(scope, norm, channels), channels, channels);
  } else {
    tokens = tokensOf(
      scope,
      conv(scope.module('proj_in'), norm, channels, channels, { kernel: 1 }),
      channels,
    );
  }
  for (let index = 0; index < depth; index++)
    tokens = transformerBlock(scope.module(`transformer_blocks.${index}`), tokens, text, shape);
  const out = scope.module('proj_out');
  const projected = linearProjection
    ? pictureOf(scope, linear(out, tokens, channels, channels), x)
    : conv(out, pictureOf(scope, tokens, x), channels, channels, { kernel: 1 });
  return scope.op('Add', [projected, x]);
}

/** `BasicTransformerBlock`. */
function transformerBlock(scope: Scope, x: Value, text: Value, shape: TransformerShape): Value {
  const { channels, heads, context } = shape;
  const self = layerNorm(scope.module('norm1'), x, channels);
  let hidden = scope.op('Add', [
    crossAttention(scope.module('attn1'), self, self, channels, channels, heads),
    x,
  ]);
  const cross = layerNorm(scope.module('norm2'), hidden, channels);
  hidden = scope.op('Add', [
    crossAttention(scope.module('attn2'), cross, text, channels, context, heads),
    hidden,
  ]);
  const forward = layerNorm(scope.module('norm3'), hidden, channels);
  return scope.op('Add', [feedForward(scope.module('ff'), forward, channels), hidden]);
}

function crossAttention(
  scope: Scope,
  x: Value,
  context: Value,
  width: number,
  contextWidth: number,
  heads: number,
): Value {
  const query = linear(scope.module('to_q'), x, width, width, false);
  const key = linear(scope.module('to_k'), context, contextWidth, width, false);
  const value = linear(scope.module('to_v'), context, contextWidth, width, false);
  return linear(scope.module('to_out.0'), attend(scope, query, key, value, heads), width, width);
}

/** Gated feed-forward: half of a projection, times the GELU of the other half. */
function feedForward(scope: Scope, x: Value, width: number): Value {
  const inner = 4 * width;
  const gate = scope.module('net.0');
  const both = linear(gate.module('proj'), x, width, 2 * inner);
  const [hidden, gating] = gate.ops(
    'Split',
    [both, gate.integers([inner, inner])],
    2,
    encode.intAttribute('axis', -1),
  );
  const gated = gate.op('Mul', [hidden, gelu(gate, gating!)]);
  return linear(scope.module('net.2'), gated, inner, width);
}
