/** Samplers the engine has, as the web UI spells them. */
export const PLAN_SAMPLERS: readonly string[] = [
  'Euler',
  'Euler a',
  'DPM++ 2M',
  'DPM++ SDE',
  'DPM++ 2M SDE',
  'DPM++ 2M SDE Heun',
  'DPM++ 2S a',
  'DPM++ 3M SDE',
  'LMS',
  'Heun',
  'DPM2',
  'DPM2 a',
  'DDIM',
  'PLMS',
  'UniPC',
  'LCM',
  'TCD',
];

/** Samplers that run the model twice a step. */
const TWO_RUNS: ReadonlySet<string> = new Set(['DPM++ SDE', 'DPM++ 2S a', 'Heun', 'DPM2', 'DPM2 a']);

/**
 * Steps that prompt editing is resolved for. The web UI counts model runs there, so `[a:b:10]` switches after five steps
 * of a sampler that runs the model twice a step.
 */
export function promptSteps(sampler: string, steps: number): number {
  return TWO_RUNS.has(sampler) ? steps * 2 : steps;
}

/** Noise schedules the engine has. */
export const PLAN_SCHEDULES: readonly string[] = [
  'Automatic',
  'Karras',
  'Exponential',
  'Uniform',
  'SGM Uniform',
  'Simple',
  'Normal',
  'Beta',
  'Polyexponential',
  'KL Optimal',
  'Align Your Steps',
  'DDIM',
];

/** Names other programs and older versions give the same samplers. */
const SAMPLER_ALIASES: Readonly<Record<string, string>> = {
  euler_a: 'Euler a',
  euler_ancestral: 'Euler a',
  k_euler: 'Euler',
  k_euler_a: 'Euler a',
  k_dpmpp_2m: 'DPM++ 2M',
  k_dpmpp_sde: 'DPM++ SDE',
  k_dpmpp_2m_sde: 'DPM++ 2M SDE',
  k_dpmpp_2s_a: 'DPM++ 2S a',
  k_dpmpp_3m_sde: 'DPM++ 3M SDE',
  k_dpm_2: 'DPM2',
  k_dpm_2_a: 'DPM2 a',
  k_heun: 'Heun',
  k_lms: 'LMS',
  dpmpp_2m: 'DPM++ 2M',
  dpmpp_sde: 'DPM++ SDE',
  dpmpp_2m_sde: 'DPM++ 2M SDE',
  'dpm++ 2m sde heun': 'DPM++ 2M SDE Heun',
};

export interface SamplerChoice {
  readonly sampler: string;
  /** The schedule an old combined name such as `DPM++ 2M Karras` brings along. */
  readonly scheduleType?: string;
}

/** Reads a sampler name: exact, in another case, an alias, or an old name with its schedule behind it. */
export function findSampler(written: string): SamplerChoice | undefined {
  const whole = matchName(PLAN_SAMPLERS, written) ?? SAMPLER_ALIASES[written.toLowerCase()];
  if (whole !== undefined) return { sampler: whole };
  // The longest schedule first: `SGM Uniform` also ends in `Uniform`.
  for (const scheduleType of [...PLAN_SCHEDULES].sort((a, b) => b.length - a.length)) {
    if (!written.toLowerCase().endsWith(` ${scheduleType.toLowerCase()}`)) continue;
    const name = written.slice(0, -scheduleType.length - 1);
    const sampler = matchName(PLAN_SAMPLERS, name) ?? SAMPLER_ALIASES[name.toLowerCase()];
    if (sampler !== undefined) return { sampler, scheduleType };
  }
  return undefined;
}

export function findSchedule(written: string): string | undefined {
  return matchName(PLAN_SCHEDULES, written);
}

function matchName(names: readonly string[], written: string): string | undefined {
  return (
    names.find((name) => name === written) ??
    names.find((name) => name.toLowerCase() === written.toLowerCase())
  );
}
