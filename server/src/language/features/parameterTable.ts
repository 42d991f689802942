import type { ModelFacts } from '../../shared/facts';
import { SAMPLERS, SCHEDULE_TYPES } from '../domain/samplers';
import type { Environment } from '../environment';

/** One generation parameter as the web UI writes it under a picture. */
export interface ParameterEntry {
  readonly key: string;
  /** One or two sentences on what it does. */
  readonly description: string;
  /** Values worth offering, most likely first. */
  readonly values?: (environment: Environment, model: ModelFacts | undefined) => readonly string[];
}

/** The parameters worth offering and explaining, in the order the web UI writes them. Others are legal and kept. */
export const PARAMETERS: readonly ParameterEntry[] = [
  {
    key: 'Steps',
    description: 'Number of denoising steps. More is slower; most samplers change little beyond 20 to 30.',
    values: () => ['20', '25', '30', '40'],
  },
  {
    key: 'Sampler',
    description: 'The method that removes the noise step by step.',
    values: () => SAMPLERS,
  },
  {
    key: 'Schedule type',
    description:
      'How the noise levels are spread over the steps. `Automatic` leaves the choice to the sampler.',
    values: () => SCHEDULE_TYPES,
  },
  {
    key: 'CFG scale',
    description:
      'How strongly the picture follows the prompt. Low is freer, high is harsher; 1 ignores the negative prompt.',
    values: () => ['7', '5', '3', '9'],
  },
  {
    key: 'Seed',
    description:
      'Start of the noise: the same seed with the same settings gives the same picture. -1 draws a new one.',
    values: () => ['-1', '42'],
  },
  {
    key: 'Size',
    description:
      'Width and height in pixels, multiples of 8. Models draw best near the size they were trained at.',
    values: (_, model) => sizesFor(model),
  },
  {
    key: 'Model',
    description: 'Name of the base model. Without it the configured `baseModel` counts.',
    values: (environment) => environment.models.map((model) => model.name),
  },
  { key: 'Model hash', description: 'First digits of the SHA-256 of the base model file.' },
  {
    key: 'VAE',
    description:
      'The file that turns latents into pixels, instead of the one in the model; `None` takes no other file.',
    values: (environment) => [...environment.vaes.map((vae) => vae.name), 'Automatic', 'None'],
  },
  {
    key: 'Variation seed',
    description: 'A second seed whose noise is blended in by `Variation seed strength`.',
  },
  { key: 'Variation seed strength', description: 'Share of the second seed, 0 to 1.' },
  {
    key: 'Init image',
    description:
      'A PNG to start from instead of noise, relative to this file; `Denoising strength` says how far to leave it.',
  },
  { key: 'Batch count', description: 'Pictures to make, each with the next seed.' },
  { key: 'Denoising strength', description: 'How much of a given picture is redrawn, 0 to 1.' },
  {
    key: 'Clip skip',
    description:
      'Stops the text encoder so many layers before its end; 1 uses all of it, 2 is usual for anime models.',
    values: () => ['1', '2'],
  },
  {
    key: 'ENSD',
    description: 'Added to the seed of the noise that ancestral samplers draw.',
    values: () => ['31337'],
  },
  {
    key: 'RNG',
    description: 'Where the noise is drawn: the same seed gives another picture on another source.',
    values: () => ['CPU', 'GPU', 'NV'],
  },
  {
    key: 'Emphasis',
    description: 'How weights in brackets act on the encoded prompt.',
    values: () => ['Original', 'No norm', 'Ignore', 'None'],
  },
  {
    key: 'Hires upscale',
    description: 'Factor by which a second pass enlarges the picture.',
    values: () => ['2', '1.5'],
  },
  { key: 'Hires steps', description: 'Steps of the second pass; 0 means as many as the first.' },
  { key: 'Hires upscaler', description: 'Method that enlarges the picture before the second pass.' },
  {
    key: 'Refiner',
    description: 'A model that takes over before the end, most of all that of SDXL.',
    values: ({ models }) => {
      const refiners = models.filter(({ architecture }) => architecture === 'sdxl-refiner');
      return (refiners.length > 0 ? refiners : models).map(({ name }) => name);
    },
  },
  {
    key: 'Refiner switch at',
    description: 'Share of the way after which the refiner takes over, 0 to 1.',
    values: () => ['0.8'],
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
];

/** A parameter by its exact name. */
export function parameterEntry(key: string): ParameterEntry | undefined {
  return PARAMETERS.find((entry) => entry.key === key);
}

function sizesFor(model: ModelFacts | undefined): readonly string[] {
  const side = model?.nativeSize;
  if (side === 1024 || model?.architecture === 'sdxl') {
    return ['1024x1024', '832x1216', '1216x832', '896x1152', '1152x896'];
  }
  if (side === undefined || side === 512) return ['512x512', '512x768', '768x512', '768x768'];
  // Half as wide again, to the next multiple of 8.
  const long = Math.round((side * 1.5) / 8) * 8;
  return [`${side}x${side}`, `${side}x${long}`, `${long}x${side}`];
}
