/** What the built-in engine needs to know of a sampler that it has. */
export interface BuiltInSampler {
  /** The schedule type that `Automatic` stands for. */
  readonly schedule: string;
  /** Model evaluations per denoising step: the web UI resolves prompt schedules for so many times the steps. */
  readonly evaluations: 1 | 2;
}

/** A sampler by the name that AUTOMATIC1111's web UI, or Forge, writes into parameters. */
export interface SamplerEntry {
  readonly name: string;
  /** Names that other programs and older versions give it; compared without regard to case. */
  readonly aliases?: readonly string[];
  /** Absent for a sampler that the built-in engine does not have. */
  readonly builtIn?: BuiltInSampler;
}

/** Every known sampler, in the order of the web UI's list. The only list: rules, completion, plan and engine read it. */
export const SAMPLERS = [
  {
    name: 'DPM++ 2M',
    aliases: ['dpmpp_2m', 'k_dpmpp_2m'],
    builtIn: { schedule: 'Karras', evaluations: 1 },
  },
  {
    name: 'DPM++ SDE',
    aliases: ['dpmpp_sde', 'k_dpmpp_sde'],
    builtIn: { schedule: 'Karras', evaluations: 2 },
  },
  {
    name: 'DPM++ 2M SDE',
    aliases: ['dpmpp_2m_sde', 'k_dpmpp_2m_sde'],
    builtIn: { schedule: 'Exponential', evaluations: 1 },
  },
  { name: 'DPM++ 2M SDE Heun', builtIn: { schedule: 'Exponential', evaluations: 1 } },
  {
    name: 'DPM++ 2S a',
    aliases: ['DPM++ 2S Ancestral', 'k_dpmpp_2s_a'],
    builtIn: { schedule: 'Karras', evaluations: 2 },
  },
  { name: 'DPM++ 3M SDE', aliases: ['k_dpmpp_3m_sde'], builtIn: { schedule: 'Exponential', evaluations: 1 } },
  {
    name: 'Euler a',
    aliases: ['Euler Ancestral', 'euler_a', 'euler_ancestral', 'k_euler_a'],
    builtIn: { schedule: 'Uniform', evaluations: 1 },
  },
  { name: 'Euler', aliases: ['k_euler'], builtIn: { schedule: 'Uniform', evaluations: 1 } },
  { name: 'LMS', aliases: ['k_lms'], builtIn: { schedule: 'Uniform', evaluations: 1 } },
  { name: 'Heun', aliases: ['k_heun'], builtIn: { schedule: 'Uniform', evaluations: 2 } },
  { name: 'DPM2', aliases: ['k_dpm_2'], builtIn: { schedule: 'Karras', evaluations: 2 } },
  {
    name: 'DPM2 a',
    aliases: ['DPM2 Ancestral', 'k_dpm_2_a'],
    builtIn: { schedule: 'Karras', evaluations: 2 },
  },
  { name: 'DPM fast', builtIn: { schedule: 'Uniform', evaluations: 1 } },
  { name: 'DPM adaptive', builtIn: { schedule: 'Uniform', evaluations: 1 } },
  { name: 'Restart', builtIn: { schedule: 'Karras', evaluations: 2 } },
  { name: 'DDIM', builtIn: { schedule: 'Uniform', evaluations: 1 } },
  { name: 'DDIM CFG++', builtIn: { schedule: 'Uniform', evaluations: 1 } },
  { name: 'PLMS', aliases: ['PNDM'], builtIn: { schedule: 'Uniform', evaluations: 1 } },
  { name: 'UniPC', builtIn: { schedule: 'Uniform', evaluations: 1 } },
  { name: 'LCM', builtIn: { schedule: 'Uniform', evaluations: 1 } },
  { name: 'HeunPP2' },
  { name: 'IPNDM' },
  { name: 'IPNDM_V' },
  { name: 'DEIS' },
  { name: 'DDPM' },
  { name: 'ER SDE' },
  { name: 'SEEDS 2' },
  { name: 'SEEDS 3' },
  { name: 'Euler CFG++' },
  { name: 'Euler a CFG++' },
  { name: 'DPM++ 2M CFG++' },
  { name: 'DPM++ 2S a CFG++' },
  { name: 'DPM++ SDE CFG++' },
  { name: 'Kohaku LoNyu Yog' },
  { name: 'Euler Dy' },
  { name: 'Euler SMEA Dy' },
  { name: 'TCD', builtIn: { schedule: 'Uniform', evaluations: 1 } },
  { name: '[Forge] Flux Realistic' },
  { name: '[Forge] Flux Realistic (Slow)' },
] as const satisfies readonly SamplerEntry[];

/** Name of a sampler that the built-in engine has. */
export type BuiltInSamplerName = Extract<
  (typeof SAMPLERS)[number],
  { readonly builtIn: BuiltInSampler }
>['name'];

const ENTRIES: readonly SamplerEntry[] = SAMPLERS;

/** Every known name. */
export const SAMPLER_NAMES: readonly string[] = ENTRIES.map(({ name }) => name);

/** Names of the samplers that the built-in engine has. */
export const BUILT_IN_SAMPLERS: readonly string[] = ENTRIES.filter(({ builtIn }) => builtIn).map(
  ({ name }) => name,
);

/** The sampler of a name or alias: the exact name first, then without regard to case. */
export function samplerEntry(written: string): SamplerEntry | undefined {
  const wanted = written.trim().toLowerCase();
  return (
    ENTRIES.find(({ name }) => name === written) ??
    ENTRIES.find(
      ({ name, aliases = [] }) =>
        name.toLowerCase() === wanted || aliases.some((alias) => alias.toLowerCase() === wanted),
    )
  );
}

/** Name, schedule and evaluations of a sampler that the built-in engine has. */
export function builtInSampler(name: BuiltInSamplerName): BuiltInSampler & { readonly name: string } {
  const builtIn = ENTRIES.find((entry) => entry.name === name)?.builtIn;
  if (builtIn === undefined) throw new Error(`The built-in engine has no sampler ${name}.`);
  return { name, ...builtIn };
}
