import { ENCODERS, encoderKindOf } from '../../formats/architectures';
import { ARCHITECTURES, type EncoderName } from '../../shared/catalogue/architectures';
import type { Finding, Sized } from './evidence';

/**
 * The architecture of a file that changes text encoders only: every model that uses all of its encoders. Prefixes tell
 * how many encoders its trainer saw.
 */
export function findTextEncoder(modules: readonly Sized[]): Finding | undefined {
  if (modules.length === 0) return undefined;
  const only = 'it changes text encoders only';
  if (modules.some(({ module }) => module.prefix.startsWith('lora_prior_'))) {
    return { candidates: ['stable-cascade'], because: `${only}, the prior's, which only Stable Cascade has` };
  }
  const candidates = architecturesWith(modules);
  if (candidates.length === 0) return undefined;
  if (modules.every(({ module }) => module.component === 'te')) {
    const single = SINGLE_CLIP.find(([encoder]) => encodersOf(modules).includes(encoder));
    if (single) return { candidates: [single[1]], because: `${only}, ${single[2]}` };
  }
  return {
    candidates,
    because: `${only}, which ${candidates.length > 1 ? 'these models share' : 'no other model here has'}`,
  };
}

/** Trainers write the prefix without a number for models with one CLIP. */
const SINGLE_CLIP: readonly (readonly [encoder: EncoderName, architecture: string, because: string])[] = [
  ['demo-clip', 'demo', "as wide (64) as the built-in model's"],
  ['clip-l', 'sd1', 'a single CLIP-L, as Stable Diffusion 1 has'],
  ['openclip-h', 'sd2', 'an OpenCLIP H (1024 wide), as Stable Diffusion 2 has'],
  ['openclip-bigg', 'sdxl-refiner', 'a single OpenCLIP bigG'],
];

/** Architectures that have an encoder for every text encoder module of a file; none when one is not known. */
export function architecturesWith(modules: readonly Sized[]): string[] {
  const byComponent = new Map<string, Sized[]>();
  for (const entry of modules) {
    const part = byComponent.get(entry.module.component);
    if (part) part.push(entry);
    else byComponent.set(entry.module.component, [entry]);
  }
  const encoders = [...byComponent.values()].map(encodersOf);
  // `lora_te1_` and `lora_te2_` count encoders, so the model has several; `text_encoder.` is also written for one.
  const counted = modules.some(
    ({ module }) => /te[123]?[._]?$|clip_[lg]\.|t5/.test(module.prefix) && /\d|clip|t5/.test(module.prefix),
  );
  return ARCHITECTURES.filter(({ encoders: own, id }) => {
    if (counted && (id === 'sd1' || id === 'sd2' || id === 'demo' || id === 'sdxl-refiner')) return false;
    return encoders.every((possible) => possible.some((encoder) => own.includes(encoder)));
  })
    .map(({ id }) => id)
    .sort();
}

/** Encoders that have the layers and the width of these modules. */
export function encodersOf(modules: readonly Sized[]): EncoderName[] {
  const kinds = new Set<string | undefined>();
  let highest = -1;
  for (const { key } of modules) {
    const found = encoderKindOf(key);
    kinds.add(found?.kind);
    highest = Math.max(highest, found?.layer ?? -1);
  }
  const [kind] = kinds;
  if (kinds.size !== 1 || kind === undefined) return [];
  const width = widthOf(modules);
  return (Object.keys(ENCODERS) as EncoderName[]).filter((name) => {
    const encoder = ENCODERS[name];
    return (
      encoder.kind === kind && highest < encoder.layers && (width === undefined || width === encoder.width)
    );
  });
}

const FROM_WIDTH =
  /(?:_self_attn_[qkv]_proj|_mlp_(?:fc1|c_fc|gate_proj|up_proj)|SelfAttention_[qkv]|DenseReluDense_wi(?:_[01])?|query_key_value|dense_h_to_4h)$/;
const TO_WIDTH =
  /(?:_self_attn_(?:out|o)_proj|_attn_out_proj|_mlp_(?:fc2|c_proj|down_proj)|SelfAttention_o|DenseReluDense_wo|self_attention_dense|dense_4h_to_h)$/;
/** Weights that are square in every CLIP. */
const SQUARE = /_self_attn_(?:[qkv]|out)_proj$/;

/** Width of the encoder: what its attention and its feed-forward read and write. */
function widthOf(modules: readonly Sized[]): number | undefined {
  for (const { key, dimensions } of modules) {
    const clip = encoderKindOf(key)?.kind === 'clip';
    const into = FROM_WIDTH.test(key) ? dimensions.in : undefined;
    const out = TO_WIDTH.test(key) ? dimensions.out : undefined;
    const square =
      clip && SQUARE.test(key) ? (dimensions.in ?? dimensions.out ?? dimensions.either) : undefined;
    const width = into ?? out ?? square;
    if (width !== undefined) return width;
  }
  return undefined;
}

/**
 * cloneofsimo's files number their modules, so only widths are left: the U-Net's cross attention reads the text
 * encoder's width.
 */
export function findIndexed(unet: readonly Sized[], textEncoders: readonly Sized[]): Finding | undefined {
  const widths = new Set([...unet, ...textEncoders].map(({ dimensions }) => dimensions.in));
  const found: string[] = [];
  if (widths.has(2048)) found.push('sdxl');
  else if (widths.has(1024)) found.push('sd2');
  else if (widths.has(768)) found.push('sd1');
  if (found.length === 0) return undefined;
  return { candidates: found, because: 'its modules are numbered, not named, and only their widths tell' };
}
