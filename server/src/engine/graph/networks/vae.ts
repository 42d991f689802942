import type { VaeConfig } from '../../../formats/checkpoint';
import type { Scope } from '../builder';
import { attend, conv, groupNorm, linear, pictureOf, silu, tokensOf, upsample } from '../layers';
import { network } from '../network';
import type { Value } from '../nodes';
import { resnet } from './resnet';

/** What tells the networks of one AutoencoderKL from those of another. */
export type VaeShape = Pick<
  VaeConfig,
  'channels' | 'layersPerBlock' | 'latentChannels' | 'groups' | 'hasQuantConv'
>;

const EPSILON = 1e-6;
const RGB = 3;

/** The decoder of AutoencoderKL: `latent_sample`, not scaled, to `sample`, −1 … 1. Batch, height and width are free. */
export const vaeDecoder = network<VaeShape>((graph, shape) => {
  const { root } = graph;
  const { channels, groups, latentChannels: latents } = shape;
  const inner = channels.at(-1)!;
  let x = graph.input('latent_sample', 'float', ['batch', latents, 'latent_height', 'latent_width']);
  if (shape.hasQuantConv) x = conv(root.module('post_quant_conv'), x, latents, latents, { kernel: 1 });
  const decoder = root.module('decoder');
  x = conv(decoder.module('conv_in'), x, latents, inner, { kernel: 3 });
  x = middle(decoder.module('mid_block'), x, inner, groups);
  let inChannels = inner;
  for (let block = 0; block < channels.length; block++) {
    const outChannels = channels[channels.length - 1 - block]!;
    const scope = decoder.module(`up_blocks.${block}`);
    x = resnets(scope, x, shape.layersPerBlock + 1, inChannels, outChannels, groups);
    inChannels = outChannels;
    if (block === channels.length - 1) break;
    const up = scope.module('upsamplers.0');
    x = conv(up.module('conv'), upsample(up, x), outChannels, outChannels, { kernel: 3 });
  }
  x = exit(decoder, x, inChannels, RGB, groups);
  graph.output('sample', x, ['batch', RGB, 'height', 'width']);
});

/**
 * The encoder: `sample`, −1 … 1, to `latent_parameters`: the mean of each latent channel, then the logarithms of the
 * variances. Not scaled.
 */
export const vaeEncoder = network<VaeShape>((graph, shape) => {
  const { root } = graph;
  const { channels, groups } = shape;
  const parameters = 2 * shape.latentChannels;
  const encoder = root.module('encoder');
  let x = graph.input('sample', 'float', ['batch', RGB, 'height', 'width']);
  x = conv(encoder.module('conv_in'), x, RGB, channels[0]!, { kernel: 3 });
  let inChannels = channels[0]!;
  channels.forEach((outChannels, block) => {
    const scope = encoder.module(`down_blocks.${block}`);
    x = resnets(scope, x, shape.layersPerBlock, inChannels, outChannels, groups);
    inChannels = outChannels;
    if (block === channels.length - 1) return;
    x = conv(scope.module('downsamplers.0').module('conv'), x, outChannels, outChannels, {
      kernel: 3,
      stride: 2,
      // The picture grows by one row and one column before it is halved.
      padding: [0, 0, 1, 1],
    });
  });
  x = middle(encoder.module('mid_block'), x, inChannels, groups);
  x = exit(encoder, x, inChannels, parameters, groups);
  if (shape.hasQuantConv) x = conv(root.module('quant_conv'), x, parameters, parameters, { kernel: 1 });
  graph.output('latent_parameters', x, ['batch', parameters, 'latent_height', 'latent_width']);
});

function resnets(
  scope: Scope,
  start: Value,
  count: number,
  inChannels: number,
  outChannels: number,
  groups: number,
): Value {
  let x = start;
  for (let index = 0; index < count; index++) {
    const shape = {
      inChannels: index === 0 ? inChannels : outChannels,
      outChannels,
      groups,
      epsilon: EPSILON,
    };
    x = resnet(scope.module(`resnets.${index}`), x, shape);
  }
  return x;
}

/** Two residual blocks, and between them attention of one head over all places of the picture. */
function middle(scope: Scope, start: Value, channels: number, groups: number): Value {
  const shape = { inChannels: channels, outChannels: channels, groups, epsilon: EPSILON };
  const x = resnet(scope.module('resnets.0'), start, shape);
  const attention = scope.module('attentions.0');
  const norm = groupNorm(attention.module('group_norm'), x, channels, groups, EPSILON);
  const tokens = tokensOf(attention, norm, channels);
  const [query, key, value] = (['to_q', 'to_k', 'to_v'] as const).map((name) =>
    linear(attention.module(name), tokens, channels, channels),
  ) as [Value, Value, Value];
  const attended = attend(attention, query, key, value, 1);
  const projected = linear(attention.module('to_out.0'), attended, channels, channels);
  const hidden = attention.op('Add', [pictureOf(attention, projected, x), x]);
  return resnet(scope.module('resnets.1'), hidden, shape);
}

function exit(scope: Scope, x: Value, inChannels: number, outChannels: number, groups: number): Value {
  const norm = groupNorm(scope.module('conv_norm_out'), x, inChannels, groups, EPSILON);
  const active = silu(scope.module('conv_act'), norm);
  return conv(scope.module('conv_out'), active, inChannels, outChannels, { kernel: 3 });
}
