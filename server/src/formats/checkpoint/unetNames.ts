import { REASONS, type TensorTable, type Translated } from './tensors';

const FIXED: Readonly<Record<string, string>> = {
  'input_blocks.0.0': 'conv_in',
  'time_embed.0': 'time_embedding.linear_1',
  'time_embed.2': 'time_embedding.linear_2',
  'label_emb.0.0': 'add_embedding.linear_1',
  'label_emb.0.2': 'add_embedding.linear_2',
  'middle_block.0': 'mid_block.resnets.0',
  'middle_block.1': 'mid_block.attentions.0',
  'middle_block.2': 'mid_block.resnets.1',
  'out.0': 'conv_norm_out',
  'out.2': 'conv_out',
};

const IN_RESNET: Readonly<Record<string, string>> = {
  'in_layers.0': 'norm1',
  'in_layers.2': 'conv1',
  'emb_layers.1': 'time_emb_proj',
  'out_layers.0': 'norm2',
  'out_layers.3': 'conv2',
  skip_connection: 'conv_shortcut',
};

/** Residual blocks by level: one less than the index of the first block that halves. */
export function layersPerBlockOf(names: Iterable<string>): number {
  let first = Number.POSITIVE_INFINITY;
  let last = 0;
  for (const name of names) {
    const block = /^input_blocks\.(\d+)\.0\.(op\.)?/.exec(name);
    if (!block) continue;
    last = Math.max(last, Number(block[1]));
    if (block[2]) first = Math.min(first, Number(block[1]));
  }
  return Number.isFinite(first) ? first - 1 : last;
}

/**
 * The name diffusers gives a U-Net's tensor of LDM or SGM, both without the prefix of the network. Undefined for what is
 * no part of such a U-Net.
 */
export function unetName(ldm: string, layersPerBlock: number): string | undefined {
  const match = /^(.+)\.(weight|bias)$/.exec(ldm);
  if (!match) return undefined;
  const path = unetPath(match[1]!, layersPerBlock);
  return path && `${path}.${match[2]}`;
}

function unetPath(ldm: string, layers: number): string | undefined {
  const fixed = FIXED[ldm];
  if (fixed) return fixed;
  const middle = /^(middle_block\.[012])\.(.+)$/.exec(ldm);
  if (middle) return inside(FIXED[middle[1]!]!, middle[2]!);
  const block = /^(input|output)_blocks\.(\d+)\.(\d)\.(.+)$/.exec(ldm);
  if (!block) return undefined;
  const [, side, number, slot, rest] = block as unknown as [string, string, string, string, string];
  const size = layers + 1;
  // The first input block is the entrance.
  const index = Number(number) - (side === 'input' ? 1 : 0);
  const level = Math.floor(index / size);
  const position = index % size;
  if (side === 'input') {
    if (rest === 'op') return `down_blocks.${level}.downsamplers.0.conv`;
    return inside(`down_blocks.${level}.${slot === '0' ? 'resnets' : 'attentions'}.${position}`, rest);
  }
  if (rest === 'conv') return `up_blocks.${level}.upsamplers.0.conv`;
  return inside(`up_blocks.${level}.${slot === '0' ? 'resnets' : 'attentions'}.${position}`, rest);
}

/** Residual blocks have names of their own; transformers are called the same in both worlds. */
function inside(path: string, rest: string): string | undefined {
  if (!path.includes('.resnets.')) return `${path}.${rest}`;
  const name = IN_RESNET[rest];
  return name && `${path}.${name}`;
}

/** Translates a U-Net's tensors, keyed by their LDM names without prefix. */
export function translateUnet(tensors: TensorTable): Translated {
  const layers = layersPerBlockOf(tensors.keys());
  const weights: Translated['weights'] = new Map();
  const unused: Translated['unused'] = [];
  for (const [ldm, tensor] of tensors) {
    const name = unetName(ldm, layers);
    if (name === undefined) unused.push({ name: tensor.source, reason: REASONS.other });
    else weights.set(name, tensor);
  }
  return { weights, unused };
}
