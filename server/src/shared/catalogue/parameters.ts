import { SAMPLER_NAMES } from './samplers';
import { SCHEDULE_NAMES } from './schedules';

/** Both ends belong to it. */
export interface NumberRange {
  readonly min: number;
  readonly max: number;
}

/** One generation parameter as the web UI writes it under a picture. */
export interface ParameterEntry {
  readonly key: string;
  /** One or two sentences on what it does, for completion and hover. */
  readonly description: string;
  /** Values that completion offers, most likely first; those that depend on the machine are in features/parameterTable. */
  readonly offered?: readonly string[];
  /** Whole numbers only. */
  readonly isWhole?: true;
  /** What the plan accepts, so what the engine can compute; a value outside is a problem. For a size: of each side. */
  readonly accepted?: NumberRange;
  /** What the web UI's own control allows, where the lint warns of more: another program refuses or moves it. */
  readonly usual?: NumberRange;
}

const SHARE: NumberRange = { min: 0, max: 1 };
/** A seed is any whole number that JavaScript keeps exactly. */
const SEEDS: NumberRange = { min: -1, max: Number.MAX_SAFE_INTEGER };

/** The known parameters, in the order in which the web UI writes them. Others are legal and kept. */
export const PARAMETERS = [
  {
    key: 'Steps',
    description: 'Number of denoising steps. More is slower; most samplers change little beyond 20 to 30.',
    offered: ['20', '25', '30', '40'],
    isWhole: true,
    accepted: { min: 1, max: 150 },
    usual: { min: 1, max: 150 },
  },
  {
    key: 'Sampler',
    description: 'The method that removes the noise step by step.',
    offered: SAMPLER_NAMES,
  },
  {
    key: 'Schedule type',
    description: 'How the sigmas are spread over the steps. `Automatic` leaves the choice to the sampler.',
    offered: SCHEDULE_NAMES,
  },
  {
    key: 'CFG scale',
    description:
      'How strongly the picture follows the prompt. Low is freer, high is harsher; 1 ignores the negative prompt.',
    offered: ['7', '5', '3', '9'],
    accepted: { min: 0, max: 100 },
    usual: { min: 1, max: 30 },
  },
  {
    key: 'Seed',
    description:
      'Start of the noise: the same seed with the same settings gives the same picture. -1 draws a new one.',
    offered: ['-1', '42'],
    isWhole: true,
    accepted: SEEDS,
  },
  {
    key: 'Size',
    description:
      'Width and height in pixels, multiples of 8. Models draw best near the size they were trained at.',
    accepted: { min: 64, max: 2048 },
  },
  { key: 'Model', description: 'Name of the base model. Without it the configured `baseModel` counts.' },
  { key: 'Model hash', description: 'First digits of the SHA-256 of the base model file.' },
  {
    key: 'VAE',
    description:
      'The file that turns latents into pixels, instead of the one in the model; `None` takes no other file.',
  },
  {
    key: 'Variation seed',
    description: 'A second seed whose noise is blended in by `Variation seed strength`.',
    isWhole: true,
    accepted: SEEDS,
  },
  {
    key: 'Variation seed strength',
    description: 'Share of the second seed, 0 to 1.',
    accepted: SHARE,
  },
  {
    key: 'Init image',
    description:
      'A PNG to start from instead of noise, relative to this file; `Denoising strength` says how far to leave it.',
  },
  {
    key: 'Engine',
    description:
      'The engine that draws this block, by the name it has on this machine (`engines.json`); `local` is the built-in one.',
  },
  {
    key: 'Batch count',
    description: 'Pictures to make, each with the next seed.',
    isWhole: true,
    accepted: { min: 1, max: 100 },
  },
  {
    key: 'Batch size',
    description: 'Pictures to make at once, each with the next seed.',
    isWhole: true,
    accepted: { min: 1, max: 100 },
    usual: { min: 1, max: 100 },
  },
  {
    key: 'Denoising strength',
    description: 'How much of a given picture is redrawn, 0 to 1.',
    accepted: SHARE,
    usual: SHARE,
  },
  {
    key: 'Clip skip',
    description:
      'Stops the text encoder so many layers before its end; 1 uses all of it, 2 is usual for anime models.',
    offered: ['1', '2'],
    isWhole: true,
    accepted: { min: 1, max: 12 },
    usual: { min: 1, max: 12 },
  },
  {
    key: 'ENSD',
    description: 'Added to the seed of the noise that ancestral samplers draw.',
    offered: ['31337'],
    isWhole: true,
    accepted: { min: -Number.MAX_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER },
    usual: { min: 0, max: 2 ** 53 },
  },
  {
    key: 'RNG',
    description: 'Where the noise is drawn: the same seed gives another picture on another source.',
    offered: ['CPU', 'GPU', 'NV'],
  },
  {
    key: 'Emphasis',
    description: 'How weights in brackets act on the encoded prompt.',
    offered: ['Original', 'No norm', 'Ignore', 'None'],
  },
  {
    key: 'Hires upscale',
    description: 'Factor by which a second pass enlarges the picture.',
    offered: ['2', '1.5'],
    accepted: { min: 1, max: 8 },
  },
  {
    key: 'Hires steps',
    description: 'Steps of the second pass; 0 means as many as the first.',
    isWhole: true,
    accepted: { min: 0, max: 150 },
  },
  {
    key: 'Hires CFG Scale',
    description: 'CFG scale of the second pass; without it that of the first.',
    accepted: { min: 0, max: 100 },
  },
  { key: 'Hires upscaler', description: 'Method that enlarges the picture before the second pass.' },
  {
    key: 'Refiner',
    description: 'A model that takes over before the end, most of all that of SDXL.',
  },
  {
    key: 'Refiner switch at',
    description: 'Share of the way after which the refiner takes over, 0 to 1.',
    offered: ['0.8'],
    accepted: SHARE,
  },
  {
    key: 'Lora hashes',
    description: 'Names and hashes of the LoRAs used, to find them again on another machine.',
  },
  {
    key: 'TI hashes',
    description: 'Names and hashes of the textual inversions used, to find them again on another machine.',
  },
  { key: 'Version', description: 'Version of the program that made the picture.' },
] as const satisfies readonly ParameterEntry[];

/** Key of a parameter with a range that the plan accepts. */
export type RangedKey = Extract<(typeof PARAMETERS)[number], { readonly accepted: NumberRange }>['key'];

const ENTRIES: readonly ParameterEntry[] = PARAMETERS;

/** A parameter by its exact name. */
export function parameterEntry(key: string): ParameterEntry | undefined {
  return ENTRIES.find((entry) => entry.key === key);
}

/** The range that the plan accepts. */
export function acceptedRange(key: RangedKey): NumberRange {
  const range = parameterEntry(key)?.accepted;
  if (range === undefined) throw new Error(`The catalogue has no accepted range for ${key}.`);
  return range;
}

/** Where noise may come from. `GPU` is served by `NV`. */
export const NOISE_SOURCES = ['CPU', 'GPU', 'NV'] as const;
