import type { UnetLayout } from './unetLayout';

/** A CLIP-style text encoder: enough to list its modules. */
export interface TextEncoderLayout {
  readonly layers: number;
  readonly width: number;
  readonly inner: number;
  /** Width of the projection, where trainers reach it. */
  readonly projection?: number;
}

/** An architecture that the dictionary rule recognises: a U-Net and its text encoders. */
export interface ArchitectureLayout {
  /** Spelled as everywhere in this program. */
  readonly name: string;
  readonly title: string;
  readonly unet: UnetLayout;
  /** By component as LoRA trainers name them: `te` alone, or `te1` and `te2`. */
  readonly textEncoders: Readonly<Partial<Record<'te' | 'te1' | 'te2', TextEncoderLayout>>>;
  /** Image side it was trained on, pixels. */
  readonly nativeSize: number;
}

const CLIP_L: TextEncoderLayout = { layers: 12, width: 768, inner: 3072 };
/** 24 layers exist; the last one is never used and never trained. */
const OPEN_CLIP_H: TextEncoderLayout = { layers: 23, width: 1024, inner: 4096 };
const OPEN_CLIP_BIG_G: TextEncoderLayout = { layers: 32, width: 1280, inner: 5120, projection: 1280 };

/**
 * Architectures with a U-Net, as the dictionary rule sees them. `demo` is the built-in model; its LoRAs claim to be for
 * SD1 and only these shapes say otherwise.
 */
export const LAYOUTS: readonly ArchitectureLayout[] = [
  {
    name: 'sd1',
    title: 'Stable Diffusion 1',
    nativeSize: 512,
    unet: {
      channels: [320, 640, 1280, 1280],
      layersPerBlock: 2,
      context: 768,
      linearProjection: false,
      depth: [1, 1, 1, 0],
      middleDepth: 1,
    },
    textEncoders: { te: CLIP_L },
  },
  {
    name: 'sd2',
    title: 'Stable Diffusion 2',
    nativeSize: 768,
    unet: {
      channels: [320, 640, 1280, 1280],
      layersPerBlock: 2,
      context: 1024,
      linearProjection: true,
      depth: [1, 1, 1, 0],
      middleDepth: 1,
    },
    textEncoders: { te: OPEN_CLIP_H },
  },
  {
    name: 'sdxl',
    title: 'Stable Diffusion XL',
    nativeSize: 1024,
    unet: {
      channels: [320, 640, 1280],
      layersPerBlock: 2,
      context: 2048,
      linearProjection: true,
      depth: [0, 2, 10],
      middleDepth: 10,
      added: 2816,
    },
    textEncoders: { te1: CLIP_L, te2: OPEN_CLIP_BIG_G },
  },
  {
    name: 'sdxl-refiner',
    title: 'Stable Diffusion XL refiner',
    nativeSize: 1024,
    unet: {
      channels: [384, 768, 1536, 1536],
      layersPerBlock: 2,
      context: 1280,
      linearProjection: true,
      depth: [0, 4, 4, 0],
      middleDepth: 4,
      added: 2560,
    },
    textEncoders: { te: OPEN_CLIP_BIG_G },
  },
  {
    name: 'ssd-1b',
    title: 'SSD-1B',
    nativeSize: 1024,
    unet: {
      channels: [320, 640, 1280],
      layersPerBlock: 2,
      context: 2048,
      linearProjection: true,
      depth: [0, 2, 4],
      middleDepth: 0,
      upDepth: [
        [4, 4, 10],
        [2, 1, 1],
        [0, 0, 0],
      ],
      added: 2816,
    },
    textEncoders: { te1: CLIP_L, te2: OPEN_CLIP_BIG_G },
  },
  {
    name: 'vega',
    title: 'Segmind Vega',
    nativeSize: 1024,
    unet: {
      channels: [320, 640, 1280],
      layersPerBlock: 2,
      context: 2048,
      linearProjection: true,
      depth: [0, 1, 2],
      middleDepth: 0,
      upDepth: [
        [2, 2, 2],
        [1, 1, 1],
        [0, 0, 0],
      ],
      added: 2816,
    },
    textEncoders: { te1: CLIP_L, te2: OPEN_CLIP_BIG_G },
  },
  {
    name: 'demo',
    title: 'the built-in demo model',
    nativeSize: 96,
    unet: {
      channels: [64, 80, 80],
      layersPerBlock: 1,
      context: 64,
      linearProjection: false,
      depth: [1, 1, 0],
      middleDepth: 1,
    },
    textEncoders: { te: { layers: 2, width: 64, inner: 256 } },
  },
];

/** Module paths and weight shapes of a text encoder, `text_model.encoder.layers.N.…`. */
export function textEncoderModules(layout: TextEncoderLayout): [path: string, shape: readonly number[]][] {
  const { width, inner } = layout;
  const modules: [string, readonly number[]][] = [];
  for (let layer = 0; layer < layout.layers; layer++) {
    const path = `text_model.encoder.layers.${layer}`;
    for (const name of ['k_proj', 'v_proj', 'q_proj', 'out_proj']) {
      modules.push([`${path}.self_attn.${name}`, [width, width]]);
    }
    modules.push([`${path}.mlp.fc1`, [inner, width]], [`${path}.mlp.fc2`, [width, inner]]);
  }
  if (layout.projection !== undefined) modules.push(['text_projection', [layout.projection, width]]);
  return modules;
}
