import { findSampler } from '../domain/samplers';

/**
 * Sampler names of ComfyUI, SwarmUI, Fooocus, InvokeAI, NovelAI, Easy Diffusion, Draw Things and Mochi Diffusion, in lower
 * case with `_` for spaces and dashes, and what AUTOMATIC1111 calls the same sampler.
 */
const SAMPLERS: Readonly<Record<string, string>> = {
  euler: 'Euler',
  euler_a: 'Euler a',
  euler_ancestral: 'Euler a',
  euler_cfg_pp: 'Euler',
  euler_ancestral_cfg_pp: 'Euler a',
  heun: 'Heun',
  heunpp2: 'Heun',
  lms: 'LMS',
  dpm_2: 'DPM2',
  dpm2: 'DPM2',
  dpm_2_ancestral: 'DPM2 a',
  dpm2_a: 'DPM2 a',
  dpm_fast: 'DPM fast',
  dpm_adaptive: 'DPM adaptive',
  dpmpp_2s: 'DPM++ 2S a',
  dpmpp_2s_a: 'DPM++ 2S a',
  dpmpp_2s_ancestral: 'DPM++ 2S a',
  dpmpp_sde: 'DPM++ SDE',
  dpmpp_2m: 'DPM++ 2M',
  dpmpp_2m_sde: 'DPM++ 2M SDE',
  dpmpp_2m_sde_heun: 'DPM++ 2M SDE Heun',
  dpmpp_3m_sde: 'DPM++ 3M SDE',
  'dpm++_sde': 'DPM++ SDE',
  'dpm++_2m': 'DPM++ 2M',
  'dpm++_2m_sde': 'DPM++ 2M SDE',
  'dpm++_2m_ae': 'DPM++ 2M',
  'dpm_solver++': 'DPM++ 2M',
  dpm_solver_multistep: 'DPM++ 2M',
  ddim: 'DDIM',
  plms: 'PLMS',
  pndm: 'PLMS',
  lcm: 'LCM',
  tcd: 'TCD',
  unipc: 'UniPC',
  uni_pc: 'UniPC',
  unipc_snr: 'UniPC',
  restart: 'Restart',
};

/** Names of sigma schedules in the same spelling. */
const SCHEDULES: Readonly<Record<string, string>> = {
  karras: 'Karras',
  native: 'Karras',
  exponential: 'Exponential',
  polyexponential: 'Polyexponential',
  normal: 'Normal',
  simple: 'Simple',
  sgm_uniform: 'SGM Uniform',
  ddim_uniform: 'DDIM',
  uniform: 'Uniform',
  beta: 'Beta',
  kl_optimal: 'KL Optimal',
  align_your_steps: 'Align Your Steps',
  ays: 'Align Your Steps',
};

/** How the names of a schedule end where a program writes it behind the sampler. */
const SCHEDULE_SUFFIXES: readonly (readonly [RegExp, string])[] = [
  [/_(k|karras)$/, 'Karras'],
  [/_(exponential)$/, 'Exponential'],
  [/_(trailing|ays)$/, 'Align Your Steps'],
];

/**
 * A sampler and a schedule of another program, as AUTOMATIC1111 names them. A name without a counterpart is kept as it
 * is written, so that nothing is lost and the lint can name it.
 */
export function samplerParameters(
  sampler: string | undefined,
  schedule: string | undefined,
): { readonly sampler?: string | undefined; readonly schedule?: string | undefined } {
  const written = schedule?.trim() || undefined;
  const named = written === undefined ? undefined : (SCHEDULES[key(written)] ?? written);
  if (!sampler?.trim()) return { schedule: named };
  const known = findSampler(sampler.trim());
  if (known) return { sampler: known.sampler, schedule: named ?? known.scheduleType };
  let name = key(sampler).replace(/^k_/, '').replace(/_gpu$/, '');
  if (SAMPLERS[name]) return { sampler: SAMPLERS[name], schedule: named };
  for (const [suffix, type] of SCHEDULE_SUFFIXES) {
    if (!suffix.test(name)) continue;
    name = name.replace(suffix, '');
    if (SAMPLERS[name]) return { sampler: SAMPLERS[name], schedule: named ?? type };
  }
  return { sampler: sampler.trim(), schedule: named };
}

function key(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_');
}
