import type { Finding, Sized } from './evidence';

/**
 * The architecture of a file that changes text encoders only. Prefixes tell how many encoders its trainer saw; widths
 * tell which ones.
 */
export function findTextEncoder(modules: readonly Sized[]): Finding | undefined {
  if (modules.length === 0) return undefined;
  const prefixes = new Set(modules.map(({ module }) => module.prefix));
  const components = new Set(modules.map(({ module }) => module.component));
  const width = widthOf(modules);
  const only = 'it changes text encoders only';
  if ([...prefixes].some((prefix) => prefix.startsWith('lora_prior_'))) {
    return { candidates: ['stable-cascade'], because: `${only}, the prior's, which only Stable Cascade has` };
  }
  const languageModel = findLanguageModel(modules, width);
  if (languageModel) return languageModel;
  if (components.has('te3')) {
    return {
      candidates: ['flux', 'sd3'],
      because: `${only}, a T5 among them, as Flux and Stable Diffusion 3 have`,
    };
  }
  if (components.has('te2')) {
    return {
      candidates: ['sd3', 'sdxl'],
      because: `${only}, two CLIP models, which Stable Diffusion XL and 3 share`,
    };
  }
  if (components.has('te1') && ![...prefixes].some((prefix) => prefix.endsWith('text_encoder.'))) {
    return {
      candidates: ['flux', 'sd3', 'sdxl'],
      because: `${only}, the CLIP-L of a program with several, which Stable Diffusion XL, 3 and Flux share`,
    };
  }
  if (width === 64) return { candidates: ['demo'], because: `${only}, as wide (64) as the built-in model's` };
  if (width === 1280) return { candidates: ['sdxl-refiner'], because: `${only}, a single OpenCLIP bigG` };
  if (width === 1024 || highestLayer(modules) >= 12) {
    return { candidates: ['sd2'], because: `${only}, an OpenCLIP H (1024 wide), as Stable Diffusion 2 has` };
  }
  if (components.has('te1')) {
    return {
      candidates: ['sd1', 'sdxl'],
      because: `${only}, a CLIP-L, which Stable Diffusion 1 and XL share`,
    };
  }
  if (width === 768)
    return { candidates: ['sd1'], because: `${only}, a single CLIP-L, as Stable Diffusion 1 has` };
  return { candidates: ['sd1', 'sd2'], because: `${only}, whose width its tensors do not tell` };
}

/** Language models that newer programs read prompts with, by their width. */
const LANGUAGE_MODELS: readonly (readonly [width: number, candidates: readonly string[]])[] = [
  [1024, ['anima']],
  [2304, ['lumina2']],
  [2560, ['z-image']],
  [3584, ['hunyuan-image', 'qwen-image']],
];

/** Their layers stand under no `text_model`, as those of every CLIP do. */
function findLanguageModel(modules: readonly Sized[], width: number | undefined): Finding | undefined {
  if (!modules.every(({ key }) => /^(?:model_)?(?:language_model_)?layers_\d+_/.test(key))) return undefined;
  const [, candidates = []] = LANGUAGE_MODELS.find(([known]) => known === width) ?? [];
  return { candidates, because: 'it changes a language model only, whose width tells whose it is' };
}

/** Width of the encoder, from the attention's input. */
function widthOf(modules: readonly Sized[]): number | undefined {
  for (const { key, dimensions } of modules) {
    if (/_self_attn_(?:[qkv]|out)_proj$/.test(key)) {
      const width = dimensions.in ?? dimensions.out ?? dimensions.either;
      if (width !== undefined) return width;
    }
  }
  for (const { key, dimensions } of modules) if (/_mlp_fc1$/.test(key) && dimensions.in) return dimensions.in;
  return undefined;
}

function highestLayer(modules: readonly Sized[]): number {
  let highest = -1;
  for (const { key } of modules) highest = Math.max(highest, Number(/_layers_(\d+)_/.exec(key)?.[1] ?? -1));
  return highest;
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
