/** How a sampler of the web UI is drawn with ComfyUI's nodes. */
export interface ComfySampler {
  /** Name for `KSamplerSelect`. */
  readonly name: string;
  /** The schedule type that `Automatic` stands for, as the web UI spells it. */
  readonly schedule: string;
  /** The web UI gives it one sigma more and leaves out the last but one. */
  readonly discardsPenultimate?: true;
  /** Model evaluations of one step; prompt editing counts them. */
  readonly evaluations?: 2;
  /** Draws fresh noise in each step: the steps are drawn one by one with our noise. */
  readonly ancestral?: true;
  /** A node with its inputs in place of `KSamplerSelect`. */
  readonly node?: { readonly class: string; readonly inputs: Readonly<Record<string, number>> };
  /** Levels of its own instead of a schedule's. */
  readonly levels?: 'ddim' | 'unipc';
  /** What ComfyUI does otherwise, said once. */
  readonly note?: string;
}

const OWN_NOISE =
  'ComfyUI draws the noise of its steps itself, so the picture is another one than with the same seed here';

/** By the web UI's name. Checked against our engine by pictures: test/golden/engines/comfyui/graphs. */
export const COMFY_SAMPLERS: Readonly<Record<string, ComfySampler>> = {
  Euler: { name: 'euler', schedule: 'Uniform' },
  'Euler a': { name: 'euler', schedule: 'Uniform', ancestral: true },
  Heun: { name: 'heun', schedule: 'Uniform', evaluations: 2 },
  LMS: { name: 'lms', schedule: 'Uniform' },
  DPM2: { name: 'dpm_2', schedule: 'Karras', discardsPenultimate: true, evaluations: 2 },
  'DPM2 a': { name: 'dpm_2', schedule: 'Karras', discardsPenultimate: true, evaluations: 2, ancestral: true },
  'DPM++ 2M': { name: 'dpmpp_2m', schedule: 'Karras' },
  'DPM++ 2S a': {
    name: 'dpmpp_2s_ancestral',
    schedule: 'Karras',
    evaluations: 2,
    ancestral: true,
    node: { class: 'SamplerDPMPP_2S_Ancestral', inputs: { eta: 0, s_noise: 1 } },
  },
  DDIM: { name: 'euler', schedule: 'Uniform', levels: 'ddim' },
  UniPC: { name: 'uni_pc', schedule: 'Uniform', levels: 'unipc' },
  'DPM++ SDE': { name: 'dpmpp_sde', schedule: 'Karras', evaluations: 2, note: OWN_NOISE },
  'DPM++ 2M SDE': { name: 'dpmpp_2m_sde', schedule: 'Exponential', note: OWN_NOISE },
  'DPM++ 2M SDE Heun': { name: 'dpmpp_2m_sde_heun', schedule: 'Exponential', note: OWN_NOISE },
  'DPM++ 3M SDE': {
    name: 'dpmpp_3m_sde',
    schedule: 'Exponential',
    discardsPenultimate: true,
    note: OWN_NOISE,
  },
  LCM: { name: 'lcm', schedule: 'Uniform', note: OWN_NOISE },
  'DPM fast': { name: 'dpm_fast', schedule: 'Uniform', note: OWN_NOISE },
  'DPM adaptive': { name: 'dpm_adaptive', schedule: 'Uniform', note: OWN_NOISE },
};

/** ComfyUI's own schedulers by the web UI's names, for servers without `ManualSigmas`. */
export const COMFY_SCHEDULERS: Readonly<Record<string, string>> = {
  Karras: 'karras',
  Exponential: 'exponential',
  Normal: 'normal',
  Uniform: 'normal',
  'SGM Uniform': 'sgm_uniform',
  Simple: 'simple',
  DDIM: 'ddim_uniform',
  Beta: 'beta',
  'KL Optimal': 'kl_optimal',
};
