/**
 * Other names of a model's modules. Keys of network files are looked up exactly, with dots as underscores; a key is
 * never taken apart at its underscores.
 */
export function aliasTable(paths: Iterable<string>): Map<string, string> {
  const all = [...paths];
  const known = new Set(all);
  const table = new Map<string, string>();
  const add = (alias: string, path: string) => {
    const key = alias.replaceAll('.', '_');
    if (!table.has(key)) table.set(key, path);
  };
  for (const path of all) add(path, path);
  const shape = blocksOf(all);
  for (const path of all) {
    const native = nativeName(path, shape);
    if (native !== undefined) add(native, path);
    const openClip = openClipName(path);
    if (openClip !== undefined) {
      add(openClip, path);
      add(`transformer.${openClip}`, path);
    }
    // Text encoders appear with and without their outer module.
    if (path.startsWith('text_model.')) {
      const inner = path.slice('text_model.'.length);
      if (!known.has(inner)) add(inner, path);
      add(`transformer.${path}`, path);
    } else if (/^encoder\.layers\./.test(path)) add(`text_model.${path}`, path);
    // Older diffusers wrote the only layer of `to_out` without its number.
    if (path.endsWith('.to_out.0')) add(path.slice(0, -2), path);
  }
  return table;
}

interface BlockShape {
  /** ResNets per down block. */
  readonly layers: number;
  /** Up blocks that hold attention: there the upsampler is the third part, elsewhere the second. */
  readonly upAttention: ReadonlySet<number>;
}

function blocksOf(paths: readonly string[]): BlockShape {
  let layers = 0;
  const upAttention = new Set<number>();
  for (const path of paths) {
    const down = /^down_blocks\.0\.resnets\.(\d+)\./.exec(path);
    if (down) layers = Math.max(layers, Number(down[1]) + 1);
    const up = /^up_blocks\.(\d+)\.attentions\./.exec(path);
    if (up) upAttention.add(Number(up[1]));
  }
  return { layers, upAttention };
}

const TOP: Readonly<Record<string, string>> = {
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

/** The name a UNet module has in the original checkpoint: `input_blocks.4.1.…`. */
function nativeName(path: string, shape: BlockShape): string | undefined {
  if (path in TOP) return TOP[path];
  const part =
    /^(down_blocks|up_blocks)\.(\d+)\.(resnets|attentions|downsamplers|upsamplers)\.(\d+)\.(.+)$/.exec(path);
  if (part) {
    const [, side, block, list, item, rest] = part;
    const i = Number(block);
    const j = Number(item);
    const inner = list === 'resnets' ? (IN_RESNET[rest] ?? rest) : rest;
    const place = list === 'attentions' ? 1 : 0;
    if (side === 'down_blocks') {
      const width = shape.layers + 1;
      if (list === 'downsamplers') return `input_blocks.${width * (i + 1)}.0.op`;
      return `input_blocks.${width * i + j + 1}.${place}.${inner}`;
    }
    const width = shape.layers + 1;
    if (list === 'upsamplers')
      return `output_blocks.${width * i + width - 1}.${shape.upAttention.has(i) ? 2 : 1}.conv`;
    return `output_blocks.${width * i + j}.${place}.${inner}`;
  }
  const middle = /^mid_block\.(resnets|attentions)\.(\d+)\.(.+)$/.exec(path);
  if (!middle) return undefined;
  const [, list, item, rest] = middle;
  if (list === 'attentions') return `middle_block.${2 * Number(item) + 1}.${rest}`;
  return `middle_block.${2 * Number(item)}.${IN_RESNET[rest] ?? rest}`;
}

/** OpenCLIP's name of a text encoder module; its attention projections are stored as one and have none. */
function openClipName(path: string): string | undefined {
  const layer =
    /encoder\.layers\.(\d+)\.(self_attn\.out_proj|mlp\.fc1|mlp\.fc2|layer_norm1|layer_norm2)$/.exec(path);
  if (!layer) return undefined;
  const names: Readonly<Record<string, string>> = {
    'self_attn.out_proj': 'attn.out_proj',
    'mlp.fc1': 'mlp.c_fc',
    'mlp.fc2': 'mlp.c_proj',
    layer_norm1: 'ln_1',
    layer_norm2: 'ln_2',
  };
  return `resblocks.${layer[1]}.${names[layer[2]]}`;
}
