/**
 * Options of the AUTOMATIC1111 web UI that change how a picture is sampled, under the web UI's own option names. One that
 * is absent has the web UI's default. docs/parameters.md says which infotext key sets which option.
 */
export interface SamplingSettings {
  /** Share of fresh noise in the ancestral and SDE samplers of k-diffusion; default 1. */
  readonly eta_ancestral?: number;
  /** The same for DDIM and DDIM CFG++; default 0. */
  readonly eta_ddim?: number;
  /** Noise added before a step of Euler, Heun and DPM2 (Karras et al. 2022, algorithm 2); default 0. */
  readonly s_churn?: number;
  /** Sigmas between which churn is applied; a `s_tmax` of 0 is no bound. */
  readonly s_tmin?: number;
  readonly s_tmax?: number;
  /** Factor of the noise that a sampler adds; default 1. Euler a, LMS, Restart and LCM ignore it. */
  readonly s_noise?: number;
  /** Ends of the schedule; 0 means the model's own. */
  readonly sigma_min?: number;
  readonly sigma_max?: number;
  /** Exponent of Karras and Polyexponential; 0 means the schedule's own. */
  readonly rho?: number;
  readonly use_old_karras_scheduler_sigmas?: boolean;
  readonly always_discard_next_to_last_sigma?: boolean;
  readonly beta_dist_alpha?: number;
  readonly beta_dist_beta?: number;
  /** Multiplies the first noise by sqrt(1 + sigma²) instead of sigma. */
  readonly sgm_noise_multiplier?: boolean;
  readonly uni_pc_variant?: UniPcVariant;
  readonly uni_pc_skip_type?: UniPcSkipType;
  readonly uni_pc_order?: number;
  readonly uni_pc_lower_order_final?: boolean;
  /** `Zero Terminal SNR` rescales the noise table so that its last timestep has almost no signal. */
  readonly sd_noise_schedule?: 'Default' | 'Zero Terminal SNR';
  /** Rounds the noise table to half precision. */
  readonly use_downcasted_alpha_bar?: boolean;
  /** Rounds the timesteps the model is run at. */
  readonly enable_quantization?: boolean;
  /** Share of the model evaluations at the start that leave the negative prompt out. */
  readonly skip_early_cond?: number;
  /** Below this sigma, every other model evaluation leaves the negative prompt out; with `_all`, every one. */
  readonly s_min_uncond?: number;
  readonly s_min_uncond_all?: boolean;
  /** Noise added to the start of image to image, beside that of the first sigma. */
  readonly img2img_extra_noise?: number;
  /** Image to image takes all its steps, as a hires fix does. */
  readonly img2img_fix_steps?: boolean;
  /** Factor of the first noise of image to image; default 1. */
  readonly initial_noise_multiplier?: number;
  /** Makes prompt and negative prompt equally long; `_v0` is the way of web UI 1.5 and before. */
  readonly pad_cond_uncond?: boolean;
  readonly pad_cond_uncond_v0?: boolean;
}

export type UniPcVariant = 'bh1' | 'bh2' | 'vary_coeff';
export type UniPcSkipType = 'time_uniform' | 'time_quadratic' | 'logSNR';
