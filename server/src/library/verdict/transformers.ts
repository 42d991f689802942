import type { Finding, Sized } from './evidence';

/**
 * The denoisers that are not U-Nets, told apart by the names of their blocks and a few widths. First match counts, so
 * the unmistakable names stand before the ones that several families share.
 */
export function findTransformer(unet: readonly Sized[]): Finding | undefined {
  const view = viewOf(unet);
  for (const family of FAMILIES) {
    const finding = family(view);
    if (finding) return finding;
  }
  return undefined;
}

interface View {
  readonly unet: readonly Sized[];
  has(pattern: RegExp): boolean;
  /** In-dimensions (or, with `out`, out-dimensions) of the modules whose key matches. */
  widths(pattern: RegExp, side?: 'in' | 'out'): ReadonlySet<number>;
  /** Highest block number, by the pattern's first group; -1 when nothing matches. */
  highest(pattern: RegExp): number;
}

function viewOf(unet: readonly Sized[]): View {
  return {
    unet,
    has: (pattern) => unet.some(({ key }) => pattern.test(key)),
    widths(pattern, side = 'in') {
      const widths = new Set<number>();
      for (const { key, dimensions } of unet) {
        const width = pattern.test(key) ? dimensions[side] : undefined;
        if (width !== undefined) widths.add(width);
      }
      return widths;
    },
    highest(pattern) {
      let highest = -1;
      for (const { key } of unet) highest = Math.max(highest, Number(pattern.exec(key)?.[1] ?? -1));
      return highest;
    },
  };
}

type Family = (view: View) => Finding | undefined;

const one = (name: string, because: string): Finding => ({ candidates: [name], because });
const several = (candidates: readonly string[], because: string): Finding => ({ candidates, because });

const cascade: Family = ({ unet }) =>
  unet.some(({ module }) => module.prefix.startsWith('lora_prior_'))
    ? one('stable-cascade', 'its modules belong to a prior, which only Stable Cascade has')
    : undefined;

const chroma: Family = ({ has }) =>
  has(/distilled_guidance_layer/)
    ? one('chroma', 'it has a distilled guidance layer, which only Chroma has')
    : undefined;

const krea2: Family = ({ has }) =>
  has(/txtfusion|time_mod_proj/) || (has(/^blocks_\d+_attn_wq$/) && has(/^blocks_\d+_attn_gate$/))
    ? one('krea2', "its blocks are named as Krea 2's")
    : undefined;

const auraflow: Family = ({ has }) =>
  has(/^joint_transformer_blocks_\d+/) || has(/^single_transformer_blocks_\d+_ff_/)
    ? one('auraflow', 'it has joint transformer blocks, which only AuraFlow has')
    : undefined;

/** Stable Diffusion 3 in its own naming. */
const jointBlocks: Family = ({ has, widths, highest }) => {
  if (!has(/^joint_blocks_\d+_(?:x|context)_block/)) return undefined;
  const width = widths(/_block_(?:attn_qkv|attn2_qkv|attn_proj|attn2_proj|mlp_fc1|adaLN_modulation_1)$/);
  if (width.has(2432) || highest(/^joint_blocks_(\d+)_/) >= 24) {
    return one('sd35-large', 'its joint blocks are those of Stable Diffusion 3.5 large (2432 wide)');
  }
  if (has(/_x_block_attn2/)) {
    return one(
      'sd35-medium',
      'its joint blocks have a second attention, which only Stable Diffusion 3.5 medium has',
    );
  }
  return one('sd3', 'its joint blocks are those of Stable Diffusion 3 (1536 wide, one attention)');
};

/** Flux and its relatives in their own naming: `double_blocks`, `single_blocks`. */
const doubleBlocks: Family = ({ unet, has, widths, highest }) => {
  if (!has(/^(?:double|single)_blocks_\d+_/)) return undefined;
  const hidden = widths(/_(?:img|txt)_attn_(?:qkv|proj)$|_linear1$|_(?:img|txt)_mlp_(?:0|fc1)$/);
  if (has(/_(?:img|txt)_mlp_fc[12]$|_(?:img|txt)_mod_linear$|_modulation_linear$/)) {
    return hidden.has(3584)
      ? one('hunyuan-image', 'its blocks are those of Hunyuan Image (3584 wide)')
      : one('hunyuan-video', 'its blocks are named as those of Hunyuan Video');
  }
  if (
    hidden.has(4096) ||
    hidden.has(6144) ||
    widths(/_(?:img|txt)_mlp_0$/, 'out').has(18432) ||
    widths(/^single_blocks_\d+_linear1$/, 'out').has(27648) ||
    has(/^(?:double|single)_stream_modulation/)
  ) {
    return one('flux2', 'its blocks have the widths of Flux.2');
  }
  if (highest(/^double_blocks_(\d+)_/) >= 19 || highest(/^single_blocks_(\d+)_/) >= 38) {
    return one('hunyuan-video', 'it has more blocks than Flux: as many as Hunyuan Video');
  }
  if (
    unet.some(({ module }) => module.scheme === 'xlabs') ||
    has(/_mod_lin$|_modulation_lin$|^(?:guidance_in|vector_in|time_in)_/)
  ) {
    return one(
      'flux',
      'it changes the modulation of double and single blocks, which Flux has and Chroma has not',
    );
  }
  return several(['chroma', 'flux'], 'its double and single blocks are those of Flux, which Chroma shares');
};

/** Flux and its relatives in diffusers naming. */
const singleTransformerBlocks: Family = ({ has, widths }) => {
  if (!has(/^single_transformer_blocks_\d+_/)) return undefined;
  const hidden = widths(/^(?:single_)?transformer_blocks_\d+_attn_(?:to_[qkv]|add_[qkv]_proj)$/);
  if (has(/_attn_to_qkv_mlp_proj$/) || hidden.has(4096) || hidden.has(6144)) {
    return one('flux2', 'its single blocks are those of Flux.2');
  }
  if (has(/_norm1?(?:_context)?_linear$/)) {
    return one('flux', 'it changes the modulation of single blocks, which Flux has and Chroma has not');
  }
  return several(['chroma', 'flux'], 'its single blocks are those of Flux, which Chroma shares');
};

/** Joint attention in diffusers naming without single blocks: Qwen-Image, Stable Diffusion 3, parts of Flux. */
const transformerBlocks: Family = ({ unet, has, widths, highest }) => {
  const joint = /^transformer_blocks_\d+_(?:attn_|ff_context|(?:img|txt)_m(?:lp|od)_)/;
  if (!has(joint)) return undefined;
  if (has(/_(?:img|txt)_mlp_|_(?:img|txt)_mod_/)) {
    return one('qwen-image', 'its blocks have img_mlp and txt_mlp, as only Qwen-Image has');
  }
  const hidden = widths(/_attn2?_(?:to_[qkv]|add_[qkv]_proj|to_qkv)$/);
  const blocks = highest(/^transformer_blocks_(\d+)_/);
  if (hidden.has(2432))
    return one('sd35-large', 'its blocks are 2432 wide, as in Stable Diffusion 3.5 large');
  if (hidden.has(1536)) {
    if (has(/_attn2_/)) {
      return one(
        'sd35-medium',
        'its blocks have a second attention, which only Stable Diffusion 3.5 medium has',
      );
    }
    const attentionOnly = unet.every(({ key }) => /_attn_(?:to|add)_/.test(key));
    return attentionOnly
      ? several(
          ['sd3', 'sd35-medium'],
          'it changes the joint attention only (1536 wide), where Stable Diffusion 3 and 3.5 medium are alike',
        )
      : one('sd3', 'its blocks are those of Stable Diffusion 3 (1536 wide, one attention)');
  }
  if (hidden.has(3072) && blocks >= 19) {
    return one('qwen-image', `its blocks are 3072 wide and go up to number ${blocks}, as only in Qwen-Image`);
  }
  if (has(/_norm1(?:_context)?_linear$/)) {
    return one('flux', 'it changes the modulation of double blocks, which Flux has and Chroma has not');
  }
  if (hidden.has(3072)) {
    return several(
      ['chroma', 'flux', 'qwen-image'],
      'it changes the joint attention of a few blocks only, where Flux, Chroma and Qwen-Image are alike',
    );
  }
  return several(
    ['chroma', 'flux', 'qwen-image', 'sd3', 'sd35-large', 'sd35-medium'],
    'it changes joint attention whose width its tensors do not tell',
  );
};

const crossAttention: Family = ({ has, widths }) => {
  if (!has(/^transformer_blocks_\d+_attn[12]_/)) return undefined;
  const hidden = widths(/^transformer_blocks_\d+_attn1_to_[qkv]$|_attn2_to_q$/);
  if (hidden.has(2048) || hidden.has(4096)) return one('ltxv', 'its blocks have the width of LTX-Video');
  const pixart = ['pixart-alpha', 'pixart-sigma'];
  if (hidden.has(1152))
    return several(pixart, 'its blocks are 1152 wide, in which the two PixArts are alike');
  return several(['ltxv', ...pixart], 'it has self and cross attention in plain transformer blocks');
};

const hunyuanDit: Family = ({ has }) =>
  has(/^blocks_\d+_(?:attn1_Wqkv|attn2_kv_proj)$/)
    ? one('hunyuan-dit', "its attention is fused as Hunyuan-DiT's")
    : undefined;

const anima: Family = ({ has }) =>
  has(/^blocks_\d+_(?:self|cross)_attn_(?:[qkv]|output)_proj$|^blocks_\d+_adaln_modulation/)
    ? one('anima', "its blocks are named as Anima's")
    : undefined;

const WAN_SIZES: Readonly<Record<number, string>> = { 5120: '14B', 3072: '5B', 1536: '1.3B' };

const wan: Family = ({ has, widths }) => {
  const own = /^blocks_\d+_(?:(?:self|cross)_attn_(?:[qkvo]|[kv]_img)|ffn_\d+)$/;
  const diffusers = /^blocks_\d+_attn[12]_(?:to|add)_|^blocks_\d+_ffn_net_/;
  if (!has(own) && !has(diffusers)) return undefined;
  const sizes = [...widths(/_(?:self_attn_[qkv]|cross_attn_q|attn1_to_[qkv])$/)].map(
    (width) => WAN_SIZES[width],
  );
  const size = sizes.find((entry) => entry !== undefined);
  return one('wan', `its blocks are those of Wan${size ? ` (the ${size} model)` : ''}`);
};

const layers: Family = ({ has, widths }) => {
  const own = /^(?:layers|noise_refiner|context_refiner)_\d+_(?:attention|feed_forward|adaLN_modulation)/;
  if (!has(own)) return undefined;
  const hidden = widths(/_attention_(?:qkv|out|to_[qkv]|to_out_0|w[qkvo])$|_feed_forward_w[13]$/);
  if (hidden.has(3840)) return one('z-image', 'its layers are 3840 wide, as in Z-Image');
  if (hidden.has(2304)) return one('lumina2', 'its layers are 2304 wide, as in Lumina 2');
  return several(['lumina2', 'z-image'], 'its layers are named as in Lumina 2 and Z-Image');
};

const hidream: Family = ({ has }) =>
  has(/^(?:double|single)_stream_blocks_\d+_block/)
    ? one('hidream', "its blocks are named as HiDream's")
    : undefined;

const FAMILIES: readonly Family[] = [
  cascade,
  chroma,
  krea2,
  auraflow,
  jointBlocks,
  doubleBlocks,
  singleTransformerBlocks,
  transformerBlocks,
  crossAttention,
  hunyuanDit,
  anima,
  wan,
  layers,
  hidream,
];
