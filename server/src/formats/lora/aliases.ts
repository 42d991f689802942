import { type UnetLayout, unetModules } from './unetLayout';

/**
 * Finds the module of a model that a network's module means, whatever naming the network uses.
 *
 * `paths` are the model's own module paths with dots, as diffusers names them. The map's keys are underscore forms of
 * every name the module is known by (diffusers and LDM/SGM for a U-Net, with and without `text_model.` for a text
 * encoder); look up `LoraModule.key`. Underscore forms are unique within a model, so nothing is ever split at `_`.
 */
export function aliasesOf(paths: Iterable<string>): Map<string, string> {
  const aliases = new Map<string, string>();
  const known = new Set(paths);
  for (const path of known) {
    aliases.set(path.replaceAll('.', '_'), path);
    if (path.startsWith('text_model.')) {
      const bare = path.slice('text_model.'.length);
      setNew(aliases, bare.replaceAll('.', '_'), path);
      setNew(aliases, `transformer_${path.replaceAll('.', '_')}`, path);
    } else if (path.startsWith('encoder.layers.')) {
      // Some exports leave the text encoder's outer module out of their names.
      setNew(aliases, `text_model_${path.replaceAll('.', '_')}`, path);
    }
  }
  for (const path of known) {
    // Older diffusers wrote the only layer of `to_out` without its number; OpenCLIP names its layers otherwise.
    if (path.endsWith('.to_out.0')) setNew(aliases, path.slice(0, -2).replaceAll('.', '_'), path);
    const openClip = openClipPath(path);
    if (openClip !== undefined) {
      setNew(aliases, openClip.replaceAll('.', '_'), path);
      setNew(aliases, `transformer_${openClip.replaceAll('.', '_')}`, path);
    }
  }
  const layersPerBlock = countLayers(known);
  for (const path of known) {
    const ldm = ldmPath(path, layersPerBlock, known);
    if (ldm !== undefined) setNew(aliases, ldm.replaceAll('.', '_'), path);
  }
  return aliases;
}

function setNew(aliases: Map<string, string>, key: string, path: string): void {
  if (!aliases.has(key)) aliases.set(key, path);
}

function countLayers(paths: ReadonlySet<string>): number {
  let most = 0;
  for (const path of paths) {
    const index = /^down_blocks\.0\.(?:resnets|attentions)\.(\d+)\./.exec(path)?.[1];
    if (index !== undefined) most = Math.max(most, Number(index) + 1);
  }
  return most;
}

const IN_RESBLOCK: Readonly<Record<string, string>> = {
  'self_attn.out_proj': 'attn.out_proj',
  'mlp.fc1': 'mlp.c_fc',
  'mlp.fc2': 'mlp.c_proj',
  layer_norm1: 'ln_1',
  layer_norm2: 'ln_2',
};

/** OpenCLIP's name of a CLIP layer; none for q, k and v, which are one matrix there. */
function openClipPath(path: string): string | undefined {
  const match = /(?:^|\.)encoder\.layers\.(\d+)\.(.+)$/.exec(path);
  const inside = match ? IN_RESBLOCK[match[2]!] : undefined;
  return inside === undefined ? undefined : `resblocks.${match![1]}.${inside}`;
}

const WHOLE: Readonly<Record<string, string>> = {
  conv_in: 'input_blocks.0.0',
  conv_norm_out: 'out.0',
  conv_out: 'out.2',
  'time_embedding.linear_1': 'time_embed.0',
  'time_embedding.linear_2': 'time_embed.2',
  'add_embedding.linear_1': 'label_emb.0.0',
  'add_embedding.linear_2': 'label_emb.0.2',
};

const IN_RESNET: Readonly<Record<string, string>> = {
  norm1: 'in_layers.0',
  conv1: 'in_layers.2',
  time_emb_proj: 'emb_layers.1',
  norm2: 'out_layers.0',
  conv2: 'out_layers.3',
  conv_shortcut: 'skip_connection',
};

/**
 * LDM/SGM name of a diffusers U-Net path; undefined for a path that has none.
 * @param layersPerBlock resnets of a down block
 * @param known all paths of the model: an upsampler's number depends on whether its block attends
 */
export function ldmPath(
  path: string,
  layersPerBlock: number,
  known: ReadonlySet<string>,
): string | undefined {
  const whole = WHOLE[path];
  if (whole !== undefined) return whole;
  const match =
    /^(?:(down|up)_blocks\.(\d+)|mid_block)\.(resnets|attentions|downsamplers|upsamplers)\.(\d+)\.(.+)$/.exec(
      path,
    );
  if (!match) return undefined;
  const [, side, block, kind, index, rest] = match;
  const inside = kind === 'resnets' ? IN_RESNET[rest!] : rest;
  if (inside === undefined) return undefined;
  const width = layersPerBlock + 1;
  const [level, position] = [Number(block), Number(index)];
  if (side === undefined) return `middle_block.${kind === 'attentions' ? 1 : position * 2}.${inside}`;
  if (side === 'down') {
    if (kind === 'downsamplers') return `input_blocks.${width * (level + 1)}.0.op`;
    return `input_blocks.${width * level + position + 1}.${kind === 'attentions' ? 1 : 0}.${inside}`;
  }
  if (kind === 'upsamplers') {
    const attends = known.has(`up_blocks.${level}.attentions.0.proj_in`);
    return `output_blocks.${width * level + layersPerBlock}.${attends ? 2 : 1}.conv`;
  }
  return `output_blocks.${width * level + position}.${kind === 'attentions' ? 1 : 0}.${inside}`;
}

/** Weight shapes of a U-Net by underscore key, in both naming worlds. */
export function unetShapes(layout: UnetLayout): Map<string, readonly number[]> {
  const shapes = new Map<string, readonly number[]>();
  for (const { path, ldm, shape } of unetModules(layout)) {
    shapes.set(path.replaceAll('.', '_'), shape);
    shapes.set(ldm.replaceAll('.', '_'), shape);
  }
  return shapes;
}
