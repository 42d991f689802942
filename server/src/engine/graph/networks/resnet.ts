import { encode } from '../../../formats/onnx/index';
import type { Scope } from '../builder';
import { conv, groupNorm, linearRows, silu } from '../layers';
import type { Value } from '../nodes';

export interface ResnetShape {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly groups: number;
  readonly epsilon: number;
}

/** What a UNet tells its residual blocks about time: `[batch or 1, width]`, already activated. */
export interface TimeCondition {
  readonly value: Value;
  readonly width: number;
}

/** `ResnetBlock2D` of diffusers; without `time` that of the VAE. */
export function resnet(scope: Scope, x: Value, shape: ResnetShape, time?: TimeCondition): Value {
  const { inChannels, outChannels, groups, epsilon } = shape;
  const norm1 = groupNorm(scope.module('norm1'), x, inChannels, groups, epsilon);
  let hidden = conv(scope.module('conv1'), silu(scope, norm1), inChannels, outChannels, { kernel: 3 });
  if (time) {
    const projected = linearRows(scope.module('time_emb_proj'), time.value, time.width, outChannels);
    const perChannel = scope.op('Unsqueeze', [projected, scope.integers([2, 3])]);
    hidden = scope.op('Add', [hidden, perChannel]);
  }
  const norm2 = groupNorm(scope.module('norm2'), hidden, outChannels, groups, epsilon);
  hidden = conv(scope.module('conv2'), silu(scope, norm2), outChannels, outChannels, { kernel: 3 });
  const skip =
    inChannels === outChannels
      ? x
      : conv(scope.module('conv_shortcut'), x, inChannels, outChannels, { kernel: 1 });
  return scope.op('Add', [skip, hidden]);
}

/** Joins pictures along their channels. */
export function joinChannels(scope: Scope, pictures: readonly Value[]): Value {
  return scope.op('Concat', pictures, encode.intAttribute('axis', 1));
}
