/** Samplers of AUTOMATIC1111's web UI and of Forge, as they are written in parameters. */
export const SAMPLERS: readonly string[] = [
  'DPM++ 2M',
  'DPM++ SDE',
  'DPM++ 2M SDE',
  'DPM++ 2M SDE Heun',
  'DPM++ 2S a',
  'DPM++ 3M SDE',
  'Euler a',
  'Euler',
  'LMS',
  'Heun',
  'DPM2',
  'DPM2 a',
  'DPM fast',
  'DPM adaptive',
  'Restart',
  'DDIM',
  'DDIM CFG++',
  'PLMS',
  'UniPC',
  'LCM',
  'HeunPP2',
  'IPNDM',
  'IPNDM_V',
  'DEIS',
  'DDPM',
  'ER SDE',
  'SEEDS 2',
  'SEEDS 3',
  'Euler CFG++',
  'Euler a CFG++',
  'DPM++ 2M CFG++',
  'DPM++ 2S a CFG++',
  'DPM++ SDE CFG++',
  'Kohaku LoNyu Yog',
  'Euler Dy',
  'Euler SMEA Dy',
  'TCD',
  '[Forge] Flux Realistic',
  '[Forge] Flux Realistic (Slow)',
];

/** Noise schedules; older parameters write them behind the sampler's name: `DPM++ 2M Karras`. */
export const SCHEDULE_TYPES: readonly string[] = [
  'Automatic',
  'Uniform',
  'Karras',
  'Exponential',
  'Polyexponential',
  'SGM Uniform',
  'KL Optimal',
  'Align Your Steps',
  'Simple',
  'Normal',
  'DDIM',
  'Beta',
  'Turbo',
  'Linear Quadratic',
  'Align Your Steps GITS',
  'Align Your Steps 11',
  'Align Your Steps 32',
];

/** True for a sampler alone and for one with its schedule behind it. */
export function isSampler(name: string): boolean {
  return WRITTEN.has(name);
}

const WRITTEN: ReadonlySet<string> = new Set(
  SAMPLERS.flatMap((sampler) => [sampler, ...SCHEDULE_TYPES.map((schedule) => `${sampler} ${schedule}`)]),
);
