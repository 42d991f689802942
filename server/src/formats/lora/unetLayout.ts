/**
 * The U-Nets of the Stable Diffusion family, described by the few numbers that tell them apart. Everything else (which
 * modules there are, what they are called in both naming worlds, which shape their weight has) follows.
 */
export interface UnetLayout {
  /** Channels by level, outermost first. */
  readonly channels: readonly number[];
  readonly layersPerBlock: number;
  /** Width of the text condition: the in-dimension of `attn2.to_k`. */
  readonly context: number;
  /** `proj_in`/`proj_out` are linear layers, not 1×1 convolutions. */
  readonly linearProjection: boolean;
  /** Transformer blocks by level; 0 means no attention there. */
  readonly depth: readonly number[];
  /** Transformer blocks in the middle; 0 means no attention. */
  readonly middleDepth: number;
  /** By up block (innermost first) and resnet, where it is not `depth` in reverse. */
  readonly upDepth?: readonly (readonly number[])[];
  /** Width of the added condition (size and crop); absent when there is none. */
  readonly added?: number;
  /** Channels of the latents going in; 4 for all but inpainting models. */
  readonly inChannels?: number;
}

/** One weighted module. */
export interface UnetModule {
  /** Diffusers path, dots. */
  readonly path: string;
  /** The same module in LDM/SGM naming, dots. */
  readonly ldm: string;
  /** Shape of the weight, PyTorch layout. */
  readonly shape: readonly number[];
}

/** Lists every weighted module of a U-Net. */
export function unetModules(layout: UnetLayout): UnetModule[] {
  const { channels, layersPerBlock: layers, depth } = layout;
  const modules: UnetModule[] = [];
  const time = channels[0]! * 4;
  const add = (path: string, ldm: string, shape: readonly number[]) => modules.push({ path, ldm, shape });

  const addResnet = (path: string, ldm: string, into: number, out: number): void => {
    add(`${path}.norm1`, `${ldm}.in_layers.0`, [into]);
    add(`${path}.conv1`, `${ldm}.in_layers.2`, [out, into, 3, 3]);
    add(`${path}.time_emb_proj`, `${ldm}.emb_layers.1`, [out, time]);
    add(`${path}.norm2`, `${ldm}.out_layers.0`, [out]);
    add(`${path}.conv2`, `${ldm}.out_layers.3`, [out, out, 3, 3]);
    if (into !== out) add(`${path}.conv_shortcut`, `${ldm}.skip_connection`, [out, into, 1, 1]);
  };
  const addTransformer = (path: string, ldm: string, width: number, blocks: number): void => {
    const both = (name: string, shape: readonly number[]) => add(`${path}.${name}`, `${ldm}.${name}`, shape);
    const projection = layout.linearProjection ? [width, width] : [width, width, 1, 1];
    both('norm', [width]);
    both('proj_in', projection);
    for (let index = 0; index < blocks; index++) {
      const block = `transformer_blocks.${index}`;
      for (const attention of ['attn1', 'attn2']) {
        const from = attention === 'attn1' ? width : layout.context;
        both(`${block}.${attention}.to_q`, [width, width]);
        both(`${block}.${attention}.to_k`, [width, from]);
        both(`${block}.${attention}.to_v`, [width, from]);
        both(`${block}.${attention}.to_out.0`, [width, width]);
      }
      both(`${block}.ff.net.0.proj`, [width * 8, width]);
      both(`${block}.ff.net.2`, [width, width * 4]);
      for (const norm of ['norm1', 'norm2', 'norm3']) both(`${block}.${norm}`, [width]);
    }
    both('proj_out', projection);
  };

  add('conv_in', 'input_blocks.0.0', [channels[0]!, layout.inChannels ?? 4, 3, 3]);
  add('time_embedding.linear_1', 'time_embed.0', [time, channels[0]!]);
  add('time_embedding.linear_2', 'time_embed.2', [time, time]);
  if (layout.added !== undefined) {
    add('add_embedding.linear_1', 'label_emb.0.0', [time, layout.added]);
    add('add_embedding.linear_2', 'label_emb.0.2', [time, time]);
  }

  const last = channels.length - 1;
  for (let level = 0; level <= last; level++) {
    const width = channels[level]!;
    for (let index = 0; index < layers; index++) {
      const ldm = `input_blocks.${(layers + 1) * level + index + 1}`;
      const into = index > 0 || level === 0 ? width : channels[level - 1]!;
      addResnet(`down_blocks.${level}.resnets.${index}`, `${ldm}.0`, into, width);
      if (depth[level])
        addTransformer(`down_blocks.${level}.attentions.${index}`, `${ldm}.1`, width, depth[level]!);
    }
    if (level < last) {
      const ldm = `input_blocks.${(layers + 1) * (level + 1)}.0.op`;
      add(`down_blocks.${level}.downsamplers.0.conv`, ldm, [width, width, 3, 3]);
    }
  }

  const middle = channels[last]!;
  addResnet('mid_block.resnets.0', 'middle_block.0', middle, middle);
  if (layout.middleDepth > 0)
    addTransformer('mid_block.attentions.0', 'middle_block.1', middle, layout.middleDepth);
  addResnet('mid_block.resnets.1', 'middle_block.2', middle, middle);

  for (let block = 0; block <= last; block++) {
    const level = last - block;
    const width = channels[level]!;
    const skipLast = channels[Math.max(0, level - 1)]!;
    const below = channels[Math.min(last, level + 1)]!;
    let attends = false;
    for (let index = 0; index <= layers; index++) {
      const ldm = `output_blocks.${(layers + 1) * block + index}`;
      const into = (index === 0 ? below : width) + (index === layers ? skipLast : width);
      const blocks = layout.upDepth ? (layout.upDepth[block]?.[index] ?? 0) : depth[level]!;
      attends = blocks > 0;
      addResnet(`up_blocks.${block}.resnets.${index}`, `${ldm}.0`, into, width);
      if (attends) addTransformer(`up_blocks.${block}.attentions.${index}`, `${ldm}.1`, width, blocks);
    }
    if (level > 0) {
      const ldm = `output_blocks.${(layers + 1) * block + layers}.${attends ? 2 : 1}.conv`;
      add(`up_blocks.${block}.upsamplers.0.conv`, ldm, [width, width, 3, 3]);
    }
  }
  add('conv_norm_out', 'out.0', [channels[0]!]);
  add('conv_out', 'out.2', [4, channels[0]!, 3, 3]);
  return modules;
}
