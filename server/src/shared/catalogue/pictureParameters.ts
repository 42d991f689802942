import type { CatalogueParameter } from './parameter';

/** Parameters that name the parts of a picture: model, sampler, sizes, passes. */
export const PICTURE_PARAMETERS: readonly CatalogueParameter[] = [
  { key: 'Steps', here: 'honoured', effect: 'denoising steps; 20 where absent', example: '24' },
  {
    key: 'Sampler',
    here: 'honoured',
    effect: 'the sampler, with or without its schedule (`DPM++ 2M Karras`); Euler where absent',
    example: 'Heun',
  },
  {
    key: 'Schedule type',
    here: 'honoured',
    effect:
      'how sigmas are spread over the steps. A name that the web UI does not know draws with Uniform there and here, and is told',
    example: 'Karras',
  },
  { key: 'CFG scale', here: 'honoured', effect: 'classifier-free guidance; 7 where absent', example: '5' },
  { key: 'Seed', here: 'honoured', effect: 'first noise; −1 or absent: drawn', example: '42' },
  {
    key: 'Size',
    here: 'honoured',
    effect: 'width and height in pixels, rounded down to multiples of 8; the model’s own where absent',
    example: '64x128',
  },
  { key: 'Model', here: 'honoured', effect: 'the base model, by its name', example: 'other' },
  {
    key: 'VAE',
    here: 'honoured',
    effect: 'a file that turns latents into pixels instead of the model’s own; `None` for no other',
    example: 'other.vae',
  },
  {
    key: 'Clip skip',
    here: 'honoured',
    effect: 'layers of the text encoder that are left out at its end; 1 is none',
    example: '2',
  },
  {
    key: 'Emphasis',
    here: 'honoured',
    effect:
      'how attention weights act: `Original`, `No norm`, `Ignore`, or `None`, which reads brackets as text',
    example: 'None',
  },
  {
    key: 'RNG',
    here: 'honoured',
    effect: 'where noise comes from: `CPU`, `NV`, or `GPU`, which is served by `NV`; `CPU` where absent',
    example: 'NV',
  },
  {
    key: 'ENSD',
    here: 'honoured',
    effect: 'added to the seed of the noise that samplers draw during the run',
    example: '31337',
  },
  {
    key: 'Variation seed',
    here: 'honoured',
    effect: 'a second seed whose noise is blended in',
    example: '7',
  },
  { key: 'Variation seed strength', here: 'honoured', effect: 'share of the second seed', example: '0.3' },
  {
    key: 'Seed resize from',
    here: 'honoured',
    effect: 'the first noise is drawn at this size and put into the middle',
    example: '64x64',
  },
  { key: 'Init image', here: 'honoured', effect: 'our key: a picture to start from', example: 'init.png' },
  {
    key: 'Denoising strength',
    here: 'honoured',
    effect: 'how far an init image, or the second pass, is redrawn; 0.75, or 0.7 with a hires fix',
    example: '0.4',
  },
  {
    key: 'Batch count',
    here: 'honoured',
    effect: 'pictures to make with `sdprompt render`, each with the next seed; the editor draws the first',
    example: '2',
  },
  { key: 'Batch size', here: 'honoured', effect: 'as `Batch count`', example: '2' },
  { key: 'Hires upscale', here: 'honoured', effect: 'a second pass at a larger size', example: '2' },
  { key: 'Hires resize', here: 'honoured', effect: 'the same by its size in pixels', example: '128x192' },
  { key: 'Hires steps', here: 'honoured', effect: 'steps of the second pass', example: '5' },
  {
    key: 'Hires upscaler',
    here: 'honoured',
    effect: '`Latent` and its variants, `Lanczos`; others are told and replaced by Lanczos',
    example: 'Latent (nearest)',
  },
  { key: 'Hires sampler', here: 'honoured', effect: 'sampler of the second pass', example: 'Heun' },
  {
    key: 'Hires schedule type',
    here: 'honoured',
    effect: 'schedule type of the second pass',
    example: 'Karras',
  },
  { key: 'Hires CFG Scale', here: 'honoured', effect: 'CFG scale of the second pass (Forge)', example: '4' },
  { key: 'Hires prompt', here: 'honoured', effect: 'prompt of the second pass', example: 'a dog' },
  {
    key: 'Hires negative prompt',
    here: 'honoured',
    effect: 'negative prompt of the second pass',
    example: 'blur',
  },
  { key: 'Hires checkpoint', here: 'honoured', effect: 'model of the second pass', example: 'other' },
  {
    key: 'First pass size',
    here: 'honoured',
    effect:
      'old form of a hires fix: `Size` is that of the second pass, and 0x0 means 512² pixels for the first',
    example: '64x64',
  },
  { key: 'Refiner', here: 'honoured', effect: 'a model that takes over before the end', example: 'other' },
  {
    key: 'Refiner switch at',
    here: 'honoured',
    effect: 'share of the noise levels after which it does',
    example: '0.5',
  },
  {
    key: 'Refiner switch by sampling steps',
    here: 'honoured',
    effect: 'counts that share in steps',
    example: 'True',
  },
  {
    key: 'Hires refiner',
    here: 'honoured',
    effect: 'the passes in which the refiner works',
    example: 'both passes',
  },
  {
    key: 'Old prompt editing timelines',
    here: 'honoured',
    effect: 'every number below 1 of a schedule is a fraction, and the second pass counts as the first',
    example: 'True',
  },
  {
    key: 'CFG Rescale',
    here: 'honoured',
    effect:
      'pulls the contrast of the guided output back to that of the conditioned one (an extension, diffusers’ `guidance_rescale`)',
    example: '0.7',
  },
  {
    key: 'CFG Rescale phi',
    here: 'honoured',
    effect: 'the same, as older versions of the extension write it',
    example: '0.7',
  },
  {
    key: 'Zero SNR table',
    here: 'honoured',
    effect:
      'our key: `diffusers` ends the noise table of a model with zero terminal SNR at sigma 4096, `web UI` at 4518.8; by default a diffusers folder has the one and every other model the other',
    example: 'diffusers',
  },
];
