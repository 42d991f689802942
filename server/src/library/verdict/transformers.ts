import type { Finding, Sized } from './evidence';
import { type Family, one, several, viewOf } from './transformerView';

/**
 * The denoisers that are not U-Nets, detected from the names of their blocks and a few widths. First match counts, so
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
const doubleBlocks: Family = ({ unet, has, widths, hidden: hiddenOf, highest }) => {
  if (!has(/^(?:double|single)_blocks_\d+_/)) return undefined;
  const hidden = hiddenOf(
    /_(?:img|txt)_attn_(?:qkv|proj)$|_linear1$|_(?:img|txt)_mlp_(?:0|fc1)$/,
    /_(?:img|txt)_attn_proj$/,
  );
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
const singleTransformerBlocks: Family = ({ unet, has, hidden: hiddenOf, highest }) => {
  if (!has(/^single_transformer_blocks_\d+_/)) return undefined;
  const square = /^(?:single_)?transformer_blocks_\d+_attn_(?:to_[qkv]|add_[qkv]_proj)$/;
  const hidden = hiddenOf(square, square);
  if (has(/^single_transformer_blocks_\d+_attn_to_out_0$/)) {
    return one('auraflow', 'its single blocks project their attention, as only AuraFlow does');
  }
  if (has(/_attn_to_qkv_mlp_proj$/) || hidden.has(4096) || hidden.has(6144)) {
    return one('flux2', 'its single blocks are those of Flux.2');
  }
  if (highest(/^transformer_blocks_(\d+)_/) >= 19 || highest(/^single_transformer_blocks_(\d+)_/) >= 38) {
    return one('hunyuan-video', 'it has more blocks than Flux: as many as Hunyuan Video');
  }
  if (has(/_norm1?(?:_context)?_linear$/)) {
    return one('flux', 'it changes the modulation of single blocks, which Flux has and Chroma has not');
  }
  if (unet.every(({ key }) => /^single_transformer_blocks_\d+_attn_to_[qkv]$/.test(key))) {
    return several(
      ['auraflow', 'chroma', 'flux'],
      'it changes the attention of single blocks only, where AuraFlow, Flux and Chroma are alike',
    );
  }
  return several(['chroma', 'flux'], 'its single blocks are those of Flux, which Chroma shares');
};

/** Joint attention in diffusers naming without single blocks: Qwen-Image, Stable Diffusion 3, parts of Flux. */
const transformerBlocks: Family = ({ unet, has, hidden: hiddenOf, highest }) => {
  const joint =
    /^transformer_blocks_\d+_(?:attn_|ff_context|norm1(?:_context)?_linear|(?:img|txt)_m(?:lp|od)_)/;
  if (!has(joint)) return undefined;
  if (has(/_(?:img|txt)_mlp_|_(?:img|txt)_mod_/)) {
    return one('qwen-image', 'its blocks have img_mlp and txt_mlp, as only Qwen-Image has');
  }
  const hidden = new Set([
    ...hiddenOf(
      /_attn2?_(?:to_[qkv]|add_[qkv]_proj|to_qkv)$|_norm1(?:_context)?_linear$|_ff(?:_context)?_net_0_proj$/,
      /_attn2?_(?:to_[qkv]|add_[qkv]_proj|to_out_0|to_add_out)$|_ff(?:_context)?_net_2$/,
    ),
  ]);
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
  const hasFeedForward = has(/_ff_/);
  if (hidden.has(3072) && blocks >= 19) {
    return hasFeedForward || has(/_norm1(?:_context)?_linear$/)
      ? one('hunyuan-video', 'it has more blocks than Flux: as many as Hunyuan Video')
      : one('qwen-image', `its blocks are 3072 wide and go up to number ${blocks}, as only in Qwen-Image`);
  }
  if (hidden.has(3072) && has(/_norm1(?:_context)?_linear$/)) {
    return one('flux', 'it changes the modulation of double blocks, which Flux has and Chroma has not');
  }
  if (hidden.has(3072) && (hasFeedForward || has(/_ff_context_/))) {
    return several(['chroma', 'flux'], 'its double blocks are those of Flux, which Chroma shares');
  }
  if (hidden.has(3072)) {
    return several(
      ['chroma', 'flux', 'qwen-image'],
      'it changes the joint attention of a few blocks only, where Flux, Chroma and Qwen-Image are alike',
    );
  }
  if (hidden.size > 0) return undefined;
  return several(
    ['chroma', 'flux', 'qwen-image', 'sd3', 'sd35-large', 'sd35-medium'],
    'it changes joint attention whose width its tensors do not tell',
  );
};

const crossAttention: Family = ({ has, hidden: hiddenOf }) => {
  if (!has(/^transformer_blocks_\d+_attn[12]_/)) return undefined;
  const hidden = hiddenOf(
    /^transformer_blocks_\d+_attn1_to_[qkv]$|_attn2_to_q$|_ff_net_0_proj$/,
    /_attn[12]_to_(?:[qkv]|out_0)$|_ff_net_2$/,
  );
  if (hidden.has(2048) || hidden.has(4096)) return one('ltxv', 'its blocks have the width of LTX-Video');
  const pixart = ['pixart-alpha', 'pixart-sigma'];
  if (hidden.has(1152))
    return several(pixart, 'its blocks are 1152 wide, in which the two PixArts are alike');
  if (hidden.size > 0) return undefined;
  return several(['ltxv', ...pixart], 'it has self and cross attention in plain transformer blocks');
};

/** Whom a plain block's feed-forward belongs to, by its width. */
const FEED_FORWARD: readonly (readonly [width: number, candidates: readonly string[]])[] = [
  [1152, ['pixart-alpha', 'pixart-sigma']],
  [1536, ['sd3', 'sd35-medium']],
  [2048, ['ltxv']],
  [2432, ['sd35-large']],
  [3072, ['chroma', 'flux']],
  [4096, ['ltxv']],
];

/** Nothing but the feed-forward of plain transformer blocks, which many have: only its width tells. */
const feedForward: Family = ({ has, hidden: hiddenOf, highest }) => {
  if (!has(/^transformer_blocks_\d+_ff_net_(?:0_proj|2)$/)) return undefined;
  const hidden = hiddenOf(/_ff_net_0_proj$/, /_ff_net_2$/);
  if (hidden.has(3072) && highest(/^transformer_blocks_(\d+)_/) >= 19) {
    return one('hunyuan-video', 'it has more blocks than Flux: as many as Hunyuan Video');
  }
  for (const [width, candidates] of FEED_FORWARD) {
    if (hidden.has(width))
      return several(candidates, `it changes feed-forward layers only, which are ${width} wide there`);
  }
  if (hidden.size > 0) return undefined;
  const all = FEED_FORWARD.flatMap(([, candidates]) => candidates);
  return several(
    [...new Set(all)].sort(),
    'it changes feed-forward layers whose width its tensors do not tell',
  );
};

const hunyuanDit: Family = ({ has, hidden: hiddenOf }) => {
  if (has(/^blocks_\d+_(?:attn1_Wqkv|attn2_kv_proj)$/)) {
    return one('hunyuan-dit', "its attention is fused as Hunyuan-DiT's");
  }
  const own =
    /^blocks_\d+_(?:attn[12]_(?:q_proj|out_proj|to_[qkv]|to_out_0)|default_modulation_1|skip_linear|mlp_fc[12]|ff_net_0_proj|ff_net_2)$/;
  if (!has(own)) return undefined;
  const hidden = hiddenOf(
    /_attn1_to_[qkv]$|_attn[12]_(?:q_proj|out_proj)$|_attn2_to_q$|_(?:mlp_fc1|ff_net_0_proj|default_modulation_1)$/,
    /_attn1_to_[qkv]$|_attn[12]_(?:q_proj|out_proj|to_q|to_out_0)$|_(?:mlp_fc2|ff_net_2|skip_linear)$/,
  );
  return hidden.has(1408) ? one('hunyuan-dit', "its blocks are 1408 wide, as Hunyuan-DiT's") : undefined;
};

const anima: Family = ({ has }) =>
  has(
    /^blocks_\d+_(?:self|cross)_attn_(?:[qkv]|output)_proj$|^blocks_\d+_adaln_modulation|^blocks_\d+_mlp_layer[12]$/,
  )
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

const layers: Family = ({ has, hidden: hiddenOf }) => {
  const own = /^(?:layers|noise_refiner|context_refiner)_\d+_(?:attention|feed_forward|adaLN_modulation)/;
  if (!has(own)) return undefined;
  const hidden = hiddenOf(
    /_attention_(?:qkv|out|to_[qkv]|to_out_0|w[qkvo])$|_feed_forward_w[13]$/,
    /_attention_(?:out|to_q|to_out_0|wq|wo)$|_feed_forward_w2$/,
  );
  if (hidden.has(3840)) return one('z-image', 'its layers are 3840 wide, as in Z-Image');
  if (hidden.has(2304)) return one('lumina2', 'its layers are 2304 wide, as in Lumina 2');
  return several(['lumina2', 'z-image'], 'its layers are named as in Lumina 2 and Z-Image');
};

const hidream: Family = ({ has }) =>
  has(/^(?:double|single)_stream_blocks_\d+_block/)
    ? one('hidream', "its blocks are named as HiDream's")
    : undefined;

/** Flux's and its relatives' layers outside the blocks, where a file has no other. */
const flowEnds: Family = ({ has, widths }) => {
  if (has(/^time_text_embed_|^(?:time|vector|guidance)_in_/)) {
    return one('flux', "it changes the embedding of time and guidance, which is Flux's");
  }
  if (widths(/^(?:x_embedder|img_in)$/).has(64) || widths(/^(?:context_embedder|txt_in)$/).has(4096)) {
    return several(['chroma', 'flux'], 'its way into the blocks is that of Flux, which Chroma shares');
  }
  const isEnd = widths(/^(?:proj_out|final_layer_linear)$/, 'out').has(64);
  return isEnd && widths(/^(?:proj_out|final_layer_linear)$/).has(3072)
    ? several(
        ['chroma', 'flux', 'qwen-image'],
        'its way out of the blocks is that of Flux, which Chroma and Qwen-Image share',
      )
    : undefined;
};

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
  feedForward,
  hunyuanDit,
  anima,
  wan,
  layers,
  hidream,
  flowEnds,
];
