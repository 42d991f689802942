import type { TextEncoderConfig, UnetConfig } from '../../../formats/checkpoint';
import type { VaeShape } from './vae';

const repeat = (depth: number, times: number) => Array<number>(times).fill(depth);

/** What all of Stability's UNets share. */
const COMMON = { inChannels: 4, outChannels: 4, groups: 32, epsilon: 1e-5 } as const;

const SD1_LEVELS = {
  ...COMMON,
  channels: [320, 640, 1280, 1280],
  down: [repeat(1, 2), repeat(1, 2), repeat(1, 2), repeat(0, 2)],
  up: [repeat(0, 3), repeat(1, 3), repeat(1, 3), repeat(1, 3)],
  middle: [1],
} as const;

/** Heads of 64 channels, as every UNet since Stable Diffusion 2 has them. */
const headsOf = (channels: readonly number[]) => channels.map((width) => width / 64);

const SDXL_CHANNELS = [320, 640, 1280];

const SDXL_COMMON = {
  ...COMMON,
  channels: SDXL_CHANNELS,
  heads: headsOf(SDXL_CHANNELS),
  context: 2048,
  linearProjection: true,
  addition: { pooled: 1280, ids: 6, waves: 256 },
} as const;

const REFINER_CHANNELS = [384, 768, 1536, 1536];

/** The UNets of the families of checkpoints this project knows. */
export const UNETS = {
  sd1: { ...SD1_LEVELS, heads: repeat(8, 4), context: 768, linearProjection: false },
  sd2: { ...SD1_LEVELS, heads: headsOf(SD1_LEVELS.channels), context: 1024, linearProjection: true },
  sdxl: {
    ...SDXL_COMMON,
    down: [repeat(0, 2), repeat(2, 2), repeat(10, 2)],
    up: [repeat(10, 3), repeat(2, 3), repeat(0, 3)],
    middle: [10],
  },
  'sdxl-refiner': {
    ...COMMON,
    channels: REFINER_CHANNELS,
    heads: headsOf(REFINER_CHANNELS),
    down: [repeat(0, 2), repeat(4, 2), repeat(4, 2), repeat(0, 2)],
    up: [repeat(0, 3), repeat(4, 3), repeat(4, 3), repeat(0, 3)],
    middle: [4],
    context: 1280,
    linearProjection: true,
    addition: { pooled: 1280, ids: 5, waves: 256 },
  },
  ssd1b: {
    ...SDXL_COMMON,
    down: [repeat(0, 2), repeat(2, 2), repeat(4, 2)],
    up: [
      [4, 4, 10],
      [2, 1, 1],
      [0, 0, 0],
    ],
    middle: [0],
  },
} as const satisfies Readonly<Record<string, UnetConfig>>;

/** What every CLIP text encoder of Stable Diffusion shares. */
const CLIP = { vocabulary: 49_408, positions: 77, epsilon: 1e-5 } as const;

/** The text encoders of the families: OpenAI's CLIP-L, and OpenCLIP's H (as Stable Diffusion 2 has it) and bigG. */
export const TEXT_ENCODERS = {
  'clip-l': { ...CLIP, layers: 12, width: 768, inner: 3072, heads: 12, activation: 'quick_gelu' },
  'openclip-h': { ...CLIP, layers: 23, width: 1024, inner: 4096, heads: 16, activation: 'gelu' },
  'openclip-bigg': {
    ...CLIP,
    layers: 32,
    width: 1280,
    inner: 5120,
    heads: 20,
    activation: 'gelu',
    projection: 1280,
  },
} as const satisfies Readonly<Record<string, TextEncoderConfig>>;

/** The autoencoder of all families; only their latents' scale differs. */
export const VAE = {
  channels: [128, 256, 512, 512],
  layersPerBlock: 2,
  latentChannels: 4,
  groups: 32,
  hasQuantConv: true,
} as const satisfies VaeShape;
