import type { UnetConfig } from '../../../formats/checkpoint';
import { encode } from '../../../formats/onnx/index';
import type { GraphBuilder, Scope } from '../builder';
import { conv, groupNorm, silu, upsample } from '../layers';
import { network } from '../network';
import type { Value } from '../nodes';
import { embedding, waves } from './embeddings';
import { joinChannels, resnet, type TimeCondition } from './resnet';
import { transformer2d } from './transformer';

/**
 * UNet2DConditionModel. Inputs and outputs as optimum names them: `sample`, `timestep` (float32, one or one per
 * sample), `encoder_hidden_states`, for SDXL `text_embeds` and `time_ids`, for latent consistency models
 * `timestep_cond`; `out_sample`. Batch, height, width and the number of tokens are free.
 */
export const unet = network<UnetConfig>((graph, config) => {
  const { root } = graph;
  const { channels, groups, epsilon } = config;
  const first = channels[0]!;
  const sample = graph.input('sample', 'float', ['batch', config.inChannels, 'height', 'width']);
  const time = timeCondition(graph, config);
  const text = graph.input('encoder_hidden_states', 'float', ['batch', 'sequence', config.context]);
  const inner: Inner = { config, time, text };

  let x = conv(root.module('conv_in'), sample, config.inChannels, first, { kernel: 3 });
  const skips: Skip[] = [{ value: x, channels: first }];
  config.down.forEach((depths, level) => {
    const isLast = level === config.down.length - 1;
    const inChannels = channels[level - 1] ?? first;
    x = downBlock(
      root.module(`down_blocks.${level}`),
      x,
      inner,
      { level, depths, isLast, inChannels },
      skips,
    );
  });
  x = middleBlock(root.module('mid_block'), x, inner);
  let inChannels = channels.at(-1)!;
  config.up.forEach((depths, index) => {
    const level = channels.length - 1 - index;
    const isLast = level === 0;
    x = upBlock(root.module(`up_blocks.${index}`), x, inner, { level, depths, isLast, inChannels }, skips);
    inChannels = channels[level]!;
  });
  const norm = groupNorm(root.module('conv_norm_out'), x, first, groups, epsilon);
  x = conv(root.module('conv_out'), silu(root.module('conv_act'), norm), first, config.outChannels, {
    kernel: 3,
  });
  graph.output('out_sample', x, ['batch', config.outChannels, 'height', 'width']);
});

/** What all blocks see. */
interface Inner {
  readonly config: UnetConfig;
  readonly time: TimeCondition;
  readonly text: Value;
}

interface Skip {
  readonly value: Value;
  readonly channels: number;
}

interface Block {
  readonly level: number;
  readonly depths: readonly number[];
  /** The block at the end does not change the resolution. */
  readonly isLast: boolean;
  readonly inChannels: number;
}

/** Time, and where the network knows them guidance, size and pooled text, as one row per sample. */
function timeCondition(graph: GraphBuilder, config: UnetConfig): TimeCondition {
  const { root } = graph;
  const first = config.channels[0]!;
  const width = config.timeWidth ?? 4 * first;
  const timestep = graph.input('timestep', 'float', ['steps']);
  let row = waves(root.module('time_proj'), timestep, first);
  const embed = root.module('time_embedding');
  if (config.guidance !== undefined) {
    const guidance = graph.input('timestep_cond', 'float', ['batch', config.guidance]);
    const projection = embed.module('cond_proj');
    const weight = projection.parameter('weight', [first, config.guidance]);
    const projected = projection.op('Gemm', [guidance, weight], encode.intAttribute('transB', 1));
    row = embed.op('Add', [row, projected]);
  }
  let value = embedding(embed, row, first, width);
  if (config.addition) {
    const { pooled, ids, waves: waveWidth } = config.addition;
    const textEmbeds = graph.input('text_embeds', 'float', ['batch', pooled]);
    const timeIds = graph.input('time_ids', 'float', ['batch', ids]);
    const project = root.module('add_time_proj');
    const flat = project.op('Reshape', [timeIds, project.integers([-1])]);
    const rows = project.op('Reshape', [
      waves(project, flat, waveWidth),
      project.integers([-1, ids * waveWidth]),
    ]);
    const joined = root.op('Concat', [textEmbeds, rows], encode.intAttribute('axis', -1));
    const added = embedding(root.module('add_embedding'), joined, pooled + ids * waveWidth, width);
    value = root.op('Add', [value, added]);
  }
  return { value: silu(root, value), width };
}

function downBlock(scope: Scope, start: Value, inner: Inner, block: Block, skips: Skip[]): Value {
  const { channels } = inner.config;
  const outChannels = channels[block.level]!;
  let x = start;
  block.depths.forEach((depth, index) => {
    const inChannels = index === 0 ? block.inChannels : outChannels;
    x = residual(scope.module(`resnets.${index}`), x, inner, inChannels, outChannels);
    x = attention(scope.module(`attentions.${index}`), x, inner, block.level, depth);
    skips.push({ value: x, channels: outChannels });
  });
  if (block.isLast) return x;
  x = conv(scope.module('downsamplers.0').module('conv'), x, outChannels, outChannels, {
    kernel: 3,
    stride: 2,
  });
  skips.push({ value: x, channels: outChannels });
  return x;
}

function middleBlock(scope: Scope, start: Value, inner: Inner): Value {
  const { channels, middle } = inner.config;
  const level = channels.length - 1;
  const width = channels[level]!;
  let x = residual(scope.module('resnets.0'), start, inner, width, width);
  middle.forEach((depth, index) => {
    x = attention(scope.module(`attentions.${index}`), x, inner, level, depth);
    x = residual(scope.module(`resnets.${index + 1}`), x, inner, width, width);
  });
  return x;
}

function upBlock(scope: Scope, start: Value, inner: Inner, block: Block, skips: Skip[]): Value {
  const outChannels = inner.config.channels[block.level]!;
  let x = start;
  block.depths.forEach((depth, index) => {
    const skip = skips.pop();
    if (!skip) throw new Error('the way up has more residual blocks than the way down left values');
    const joined = joinChannels(scope, [x, skip.value]);
    const inChannels = (index === 0 ? block.inChannels : outChannels) + skip.channels;
    x = residual(scope.module(`resnets.${index}`), joined, inner, inChannels, outChannels);
    x = attention(scope.module(`attentions.${index}`), x, inner, block.level, depth);
  });
  if (block.isLast) return x;
  const up = scope.module('upsamplers.0');
  return conv(up.module('conv'), upsample(up, x), outChannels, outChannels, { kernel: 3 });
}

function residual(
  scope: Scope,
  x: Value,
  { config, time }: Inner,
  inChannels: number,
  outChannels: number,
): Value {
  const { groups, epsilon } = config;
  return resnet(scope, x, { inChannels, outChannels, groups, epsilon }, time);
}

function attention(scope: Scope, x: Value, { config, text }: Inner, level: number, depth: number): Value {
  if (depth === 0) return x;
  const { groups, context, linearProjection } = config;
  const [channels, heads] = [config.channels[level]!, config.heads[level]!];
  return transformer2d(scope, x, text, { channels, heads, depth, context, groups, linearProjection });
}
