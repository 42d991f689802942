import { LAYOUTS, unetModules } from '../lora';
import { type JsonConfig, numberOf, type UnetConfig, wholeIn } from './config';
import type { TensorTable } from './tensors';

/** Channels of an attention head, in every U-Net since Stable Diffusion 2. */
const HEAD_CHANNELS = 64;
/** Attention heads at every level of Stable Diffusion 1. */
const SD1_HEADS = 8;
const GROUPS = 32;
/** Width of the waves that size and crop are turned into. */
const ADDED_WAVES = 256;
/** Width of bigG's pooled text. */
const POOLED = 1280;

/**
 * The configuration of a U-Net by the shapes of its weights, named as diffusers names them. What no shape tells (heads,
 * groups) comes from `config` (diffusers' own, where there is one), else from what all models of its kind have in
 * common. `pooled` is the width of the pooled text, where a text encoder tells it. Undefined where the entrance or the
 * first level is missing.
 */
export function unetConfigOf(
  weights: TensorTable,
  config: JsonConfig = {},
  pooled?: number,
): UnetConfig | undefined {
  const shape = (name: string) => weights.get(`${name}.weight`)?.shape;
  const entrance = shape('conv_in');
  const exit = shape('conv_out');
  if (!entrance || !exit) return undefined;

  const depthAt = (path: string) => {
    let depth = 0;
    while (shape(`${path}.transformer_blocks.${depth}.attn1.to_q`)) depth++;
    return depth;
  };
  const blockAt = (path: string) => {
    const depths: number[] = [];
    for (let index = 0; shape(`${path}.resnets.${index}.conv1`); index++)
      depths.push(depthAt(`${path}.attentions.${index}`));
    return depths;
  };
  const levels = (side: 'down' | 'up') => {
    const blocks: number[][] = [];
    for (let level = 0; shape(`${side}_blocks.${level}.resnets.0.conv1`); level++)
      blocks.push(blockAt(`${side}_blocks.${level}`));
    return blocks;
  };
  const down = levels('down');
  const up = levels('up');
  if (down.length === 0 || up.length !== down.length || !shape('mid_block.resnets.0.conv1')) return undefined;
  const channels = down.map((_, level) => shape(`down_blocks.${level}.resnets.0.conv1`)![0]!);
  const middle: number[] = [];
  for (let index = 1; shape(`mid_block.resnets.${index}.conv1`); index++)
    middle.push(depthAt(`mid_block.attentions.${index - 1}`));

  const names = [...weights.keys()];
  const shapeOf = (ending: string) => weights.get(names.find((name) => name.endsWith(ending)) ?? '')?.shape;
  const linearProjection = shapeOf('.proj_in.weight')?.length === 2;
  const added = shape('add_embedding.linear_1')?.[1];
  const guidance = shape('time_embedding.cond_proj')?.[1];
  const timeWidth = shape('time_embedding.linear_1')?.[0];
  const addition = added === undefined ? undefined : additionOf(added, config, pooled);
  return {
    inChannels: entrance[1]!,
    outChannels: exit[0]!,
    channels,
    heads: headsOf(channels, linearProjection, config),
    down,
    up,
    middle,
    context: shapeOf('.attn2.to_k.weight')?.[1] ?? 0,
    linearProjection,
    groups: wholeIn(config, 'norm_num_groups') ?? GROUPS,
    epsilon: numberOf(config, 'norm_eps') ?? 1e-5,
    ...(timeWidth !== undefined && timeWidth !== 4 * channels[0]! && { timeWidth }),
    ...(addition && { addition }),
    ...(guidance !== undefined && { guidance }),
  };
}

/** Diffusers calls the number of heads `attention_head_dim`, by an old mistake that every file repeats. */
function headsOf(channels: readonly number[], linearProjection: boolean, config: JsonConfig): number[] {
  const said = config.num_attention_heads ?? config.attention_head_dim;
  if (typeof said === 'number') return channels.map(() => said);
  if (
    Array.isArray(said) &&
    said.length === channels.length &&
    said.every((count) => typeof count === 'number')
  )
    return said as number[];
  return channels.map((width) =>
    linearProjection ? Math.max(1, Math.floor(width / HEAD_CHANNELS)) : SD1_HEADS,
  );
}

/**
 * SDXL gives six numbers of size and crop, its refiner five with an aesthetic score; the rest is the pooled text. How
 * wide that is tells which of the two it is; without a text encoder the refiner's own measures do.
 */
function additionOf(width: number, config: JsonConfig, pooled: number | undefined): UnetConfig['addition'] {
  const waves = wholeIn(config, 'addition_time_embed_dim') ?? ADDED_WAVES;
  const ids = (width - (pooled ?? POOLED)) / waves === 5 ? 5 : 6;
  return { pooled: width - ids * waves, ids, waves };
}

/** The architecture whose every module has the shape it has here, by the name used everywhere in this program. */
export function architectureOf(weights: TensorTable): string | undefined {
  const sized = LAYOUTS.map(({ name, unet }) => ({
    name,
    isPlain: !unet.middleDepth,
    modules: unetModules(unet),
  }));
  const fitting = sized.filter(({ isPlain, modules }) =>
    modules.every(({ path, shape }) => {
      // Without attention in the middle the second block there may be left out.
      if (isPlain && path.startsWith('mid_block.resnets.1.')) return true;
      const found = weights.get(`${path}.weight`)?.shape;
      // Models that read more than latents are detected from the channels of their first convolution.
      return found?.[0] === shape[0] && (path === 'conv_in' || (found![1] ?? 1) === (shape[1] ?? 1));
    }),
  );
  // SSD-1B's modules are a part of SDXL's: of those that fit, the one with the most modules it is.
  return fitting.sort((a, b) => b.modules.length - a.modules.length)[0]?.name;
}
