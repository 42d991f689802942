/** Text encoders whose layers tell them apart. The dimensions are in `formats/architectures/encoders.ts`. */
export type EncoderName =
  | 'clip-l'
  | 'openclip-h'
  | 'openclip-bigg'
  | 'demo-clip'
  | 't5-xxl'
  | 't5-xl'
  | 't5-11b'
  | 'umt5-xxl'
  | 'byt5'
  | 'chatglm3-6b'
  | 'gemma2-2b'
  | 'gemma3-4b'
  | 'gemma3-12b'
  | 'glm4-9b'
  | 'llama3-8b'
  | 'ministral-3b'
  | 'mistral-small'
  | 'qwen2.5-vl-3b'
  | 'qwen2.5-vl-7b'
  | 'qwen3-0.6b'
  | 'qwen3-1.7b'
  | 'qwen3-4b'
  | 'qwen3-8b'
  | 'smollm3-3b';

/** One family of models that share LoRAs. */
export interface Architecture {
  /** The name used in files, settings and JSON. */
  readonly id: string;
  /** The name for readers. */
  readonly title: string;
  /** Image side it was trained on, pixels; absent for video models. */
  readonly nativeSize?: number;
  /** Text encoders that LoRAs for it may change. */
  readonly encoders: readonly EncoderName[];
  /**
   * Names that trainers, model cards and web sites write, in lower case with `-` for every run of `_`, `.` and spaces.
   * The first entry of the table whose pattern matches counts.
   */
  readonly spelled: RegExp;
  /** Class names of the denoiser in diffusers' config.json. */
  readonly classes?: readonly string[];
  /** Pictures are made from it by the built-in engine. */
  readonly draws?: true;
  /** Its denoiser has the modules of this one, so LoRAs of either load in full. */
  readonly sharesLorasWith?: string;
  /** LoRAs of either load in part in the other. */
  readonly partly?: readonly string[];
  /** What trainers write for this architecture may also name these. */
  readonly claimCovers?: readonly string[];
}

/** Every architecture that is recognized, most specific spelling first. */
export const ARCHITECTURES: readonly Architecture[] = [
  {
    id: 'auraflow',
    title: 'AuraFlow',
    nativeSize: 1024,
    encoders: ['t5-xl'],
    spelled: /pony-?v7|aura-?flow/,
    classes: ['AuraFlowTransformer2DModel'],
  },
  {
    id: 'sdxl-refiner',
    title: 'the SDXL refiner',
    nativeSize: 1024,
    encoders: ['openclip-bigg'],
    spelled: /^(?!.*hunyuan).*refiner/,
    draws: true,
  },
  {
    id: 'ssd-1b',
    title: 'SSD-1B',
    nativeSize: 1024,
    encoders: ['clip-l', 'openclip-bigg'],
    spelled: /ssd-?1b|segmind-stable-diffusion/,
    draws: true,
    partly: ['sdxl', 'vega', 'kolors'],
  },
  {
    id: 'vega',
    title: 'Segmind Vega',
    nativeSize: 1024,
    encoders: ['clip-l', 'openclip-bigg'],
    spelled: /(?:^|segmind-)vega/,
    draws: true,
    partly: ['sdxl', 'ssd-1b', 'kolors'],
  },
  {
    id: 'sdxl',
    title: 'SDXL',
    nativeSize: 1024,
    encoders: ['clip-l', 'openclip-bigg'],
    spelled: /^sdxl|^sd-xl|stable-diffusion-xl|^pony|illustrious|^ilxl|noob-?ai|^playground/,
    draws: true,
    claimCovers: ['ssd-1b', 'vega', 'kolors'],
  },
  {
    id: 'sd35-large',
    title: 'Stable Diffusion 3.5 Large',
    nativeSize: 1024,
    encoders: ['clip-l', 'openclip-bigg', 't5-xxl'],
    spelled: /^(?:sd|stable-diffusion)-?v?3-?5-?(?:-.*)?large|^5-large/,
  },
  {
    id: 'sd35-medium',
    title: 'Stable Diffusion 3.5 Medium',
    nativeSize: 1024,
    encoders: ['clip-l', 'openclip-bigg', 't5-xxl'],
    spelled: /^(?:sd|stable-diffusion)-?v?3-?5(?:-.*)?medium|^5-medium/,
    partly: ['sd3'],
  },
  {
    id: 'sd3',
    title: 'Stable Diffusion 3',
    nativeSize: 1024,
    encoders: ['clip-l', 'openclip-bigg', 't5-xxl'],
    spelled: /^(?:sd|stable-diffusion)-?v?3(?:-|$)|^medium$/,
    classes: ['SD3Transformer2DModel'],
    partly: ['sd35-medium'],
    claimCovers: ['sd35-medium', 'sd35-large'],
  },
  {
    id: 'sd1',
    title: 'Stable Diffusion 1',
    nativeSize: 512,
    encoders: ['clip-l'],
    spelled: /^(?:sd|stable-diffusion)-?v?1(?:-|$|5$)/,
    draws: true,
  },
  {
    id: 'sd2',
    title: 'Stable Diffusion 2',
    nativeSize: 768,
    encoders: ['openclip-h'],
    spelled: /^(?:sd|stable-diffusion)-?v?2(?:-|$|1$)/,
    draws: true,
  },
  {
    id: 'demo',
    title: 'the built-in model',
    nativeSize: 96,
    encoders: ['demo-clip'],
    spelled: /^demo$/,
    draws: true,
  },
  {
    id: 'flux2',
    title: 'Flux.2',
    nativeSize: 1024,
    encoders: ['mistral-small', 'qwen3-4b', 'qwen3-8b'],
    spelled: /flux-?2/,
    classes: ['Flux2Transformer2DModel'],
  },
  {
    id: 'krea2',
    title: 'Krea 2',
    nativeSize: 1024,
    encoders: ['qwen3-4b'],
    spelled: /^krea-?2/,
    classes: ['Krea2Transformer2DModel'],
  },
  {
    id: 'flux',
    title: 'Flux.1',
    nativeSize: 1024,
    encoders: ['clip-l', 't5-xxl'],
    spelled: /^flux/,
    classes: ['FluxTransformer2DModel'],
    partly: ['chroma'],
    claimCovers: ['chroma'],
  },
  {
    id: 'chroma',
    title: 'Chroma',
    nativeSize: 1024,
    encoders: ['t5-xxl'],
    spelled: /^chroma/,
    classes: ['ChromaTransformer2DModel'],
    partly: ['flux'],
  },
  {
    id: 'pixart-sigma',
    title: 'PixArt-Σ',
    nativeSize: 1024,
    encoders: ['t5-xxl'],
    spelled: /pixart-?(?:sigma|e$|σ)/,
    classes: ['PixArtTransformer2DModel'],
    partly: ['pixart-alpha'],
  },
  {
    id: 'pixart-alpha',
    title: 'PixArt-α',
    nativeSize: 1024,
    encoders: ['t5-xxl'],
    spelled: /pixart/,
    partly: ['pixart-sigma'],
  },
  {
    id: 'stable-cascade',
    title: 'Stable Cascade',
    nativeSize: 1024,
    encoders: ['openclip-bigg'],
    spelled: /stable-cascade|wuerstchen/,
    classes: ['StableCascadeUNet'],
  },
  {
    id: 'hunyuan-video15',
    title: 'HunyuanVideo 1.5',
    encoders: ['qwen2.5-vl-7b', 'byt5'],
    spelled: /hunyuan-?video-?(?:v?1-?5)/,
    classes: ['HunyuanVideo15Transformer3DModel'],
  },
  {
    id: 'hunyuan-video',
    title: 'HunyuanVideo',
    encoders: ['llama3-8b', 'clip-l'],
    spelled: /hunyuan-?video|framepack/,
    classes: ['HunyuanVideoTransformer3DModel', 'HunyuanVideoFramepackTransformer3DModel'],
  },
  {
    id: 'hunyuan-image',
    title: 'HunyuanImage 2.1',
    nativeSize: 2048,
    encoders: ['qwen2.5-vl-7b', 'byt5'],
    spelled: /hunyuan-?image/,
    classes: ['HunyuanImageTransformer2DModel'],
  },
  {
    id: 'hunyuan-dit',
    title: 'Hunyuan-DiT',
    nativeSize: 1024,
    encoders: ['t5-xl'],
    spelled: /hunyuan/,
    classes: ['HunyuanDiT2DModel'],
  },
  {
    id: 'wan',
    title: 'Wan',
    encoders: ['umt5-xxl'],
    spelled: /^wan/,
    classes: ['WanTransformer3DModel', 'WanVACETransformer3DModel', 'WanAnimateTransformer3DModel'],
  },
  {
    id: 'qwen-image',
    title: 'Qwen-Image',
    nativeSize: 1328,
    encoders: ['qwen2.5-vl-7b'],
    spelled: /^qwen/,
    classes: ['QwenImageTransformer2DModel'],
  },
  {
    id: 'z-image',
    title: 'Z-Image',
    nativeSize: 1024,
    encoders: ['qwen3-4b'],
    spelled: /^z-?image/,
    classes: ['ZImageTransformer2DModel'],
  },
  {
    id: 'newbie',
    title: 'NewBie',
    nativeSize: 1024,
    encoders: ['gemma3-4b'],
    spelled: /^newbie/,
    partly: ['lumina2'],
  },
  {
    id: 'lumina2',
    title: 'Lumina 2',
    nativeSize: 1024,
    encoders: ['gemma2-2b'],
    spelled: /^lumina/,
    classes: ['Lumina2Transformer2DModel'],
    partly: ['newbie'],
  },
  {
    id: 'anima',
    title: 'Anima',
    nativeSize: 1024,
    encoders: ['qwen3-0.6b'],
    spelled: /^anima(?:-|$)/,
    sharesLorasWith: 'cosmos-predict2',
  },
  {
    id: 'cosmos-predict2',
    title: 'Cosmos Predict2',
    nativeSize: 1024,
    encoders: ['t5-11b'],
    spelled: /^cosmos-?predict-?2/,
    classes: ['CosmosTransformer3DModel'],
    sharesLorasWith: 'anima',
  },
  { id: 'hidream-o1', title: 'HiDream-O1', nativeSize: 2048, encoders: [], spelled: /^hi-?dream-?o1/ },
  {
    id: 'hidream',
    title: 'HiDream-I1',
    nativeSize: 1024,
    encoders: ['clip-l', 'openclip-bigg', 't5-xxl', 'llama3-8b'],
    spelled: /^hi-?dream/,
    classes: ['HiDreamImageTransformer2DModel'],
  },
  {
    id: 'ltx2',
    title: 'LTX-2',
    encoders: ['gemma3-12b'],
    spelled: /^ltx-?v?2(?!b)/,
    classes: ['LTX2VideoTransformer3DModel'],
    partly: ['ltxv'],
  },
  {
    id: 'ltxv',
    title: 'LTX-Video',
    encoders: ['t5-xxl'],
    spelled: /^ltx/,
    classes: ['LTXVideoTransformer3DModel'],
    partly: ['ltx2'],
  },
  {
    id: 'sana',
    title: 'Sana',
    nativeSize: 1024,
    encoders: ['gemma2-2b'],
    spelled: /^sana/,
    classes: ['SanaTransformer2DModel'],
  },
  {
    id: 'omnigen2',
    title: 'OmniGen2',
    nativeSize: 1024,
    encoders: ['qwen2.5-vl-3b'],
    spelled: /^omnigen-?2|^omnigen$/,
    classes: ['OmniGen2Transformer2DModel'],
  },
  {
    id: 'kandinsky5',
    title: 'Kandinsky 5',
    encoders: ['qwen2.5-vl-7b', 'clip-l'],
    spelled: /^kandinsky-?5/,
    classes: ['Kandinsky5Transformer3DModel'],
  },
  {
    id: 'kolors',
    title: 'Kolors',
    nativeSize: 1024,
    encoders: ['chatglm3-6b'],
    spelled: /^kolors/,
    sharesLorasWith: 'sdxl',
    partly: ['ssd-1b', 'vega'],
  },
  {
    id: 'ideogram4',
    title: 'Ideogram 4',
    nativeSize: 1024,
    encoders: ['qwen3-8b'],
    spelled: /^ideogram-?4/,
    classes: ['Ideogram4Transformer2DModel'],
  },
  {
    id: 'ovis',
    title: 'Ovis-Image',
    nativeSize: 1024,
    encoders: ['qwen3-1.7b'],
    spelled: /^ovis/,
    classes: ['OvisImageTransformer2DModel'],
  },
  {
    id: 'longcat',
    title: 'LongCat-Image',
    nativeSize: 1024,
    encoders: ['qwen2.5-vl-7b'],
    spelled: /^longcat/,
    classes: ['LongCatImageTransformer2DModel'],
  },
  {
    id: 'bria-fibo',
    title: 'Bria Fibo',
    nativeSize: 1024,
    encoders: ['smollm3-3b'],
    spelled: /fibo/,
    classes: ['BriaFiboTransformer2DModel'],
  },
  {
    id: 'bria',
    title: 'Bria 3.2',
    nativeSize: 1024,
    encoders: ['t5-xxl'],
    spelled: /^bria/,
    classes: ['BriaTransformer2DModel'],
  },
  {
    id: 'glm-image',
    title: 'GLM-Image',
    nativeSize: 1024,
    encoders: ['byt5'],
    spelled: /^glm-?image/,
    classes: ['GlmImageTransformer2DModel'],
  },
  {
    id: 'ernie-image',
    title: 'ERNIE-Image',
    nativeSize: 1024,
    encoders: ['ministral-3b'],
    spelled: /^ernie/,
    classes: ['ErnieImageTransformer2DModel'],
  },
  {
    id: 'cogview4',
    title: 'CogView4',
    nativeSize: 1024,
    encoders: ['glm4-9b'],
    spelled: /^cogview-?4/,
    classes: ['CogView4Transformer2DModel'],
  },
  {
    id: 'mochi',
    title: 'Mochi',
    encoders: ['t5-xxl'],
    spelled: /^mochi/,
    classes: ['MochiTransformer3DModel'],
  },
];

const BY_ID = new Map(ARCHITECTURES.map((entry) => [entry.id, entry]));

/** The entry of an id; undefined for a name that is none. */
export function architectureById(id: string): Architecture | undefined {
  return BY_ID.get(id);
}

/** Name for readers: an id that is not in the table is shown as it is. */
export function architectureTitle(id: string): string {
  return BY_ID.get(id)?.title ?? id;
}

/** How a network made for one architecture loads into a model of another. */
export function architectureFit(lora: string, model: string): 'same' | 'partial' | 'none' {
  if (lora === model) return 'same';
  const [left, right] = [BY_ID.get(lora), BY_ID.get(model)];
  if (left?.sharesLorasWith === model || right?.sharesLorasWith === lora) return 'same';
  return left?.partly?.includes(model) || right?.partly?.includes(lora) ? 'partial' : 'none';
}
