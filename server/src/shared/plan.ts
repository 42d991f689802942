import type { SamplingSettings } from './samplingSettings';

/**
 * A GenerationPlan is everything the engine needs for one image, resolved and checked: files, weights, parameters.
 * It is plain JSON. Once the engine has it, it needs neither the language server nor the document.
 */
export interface GenerationPlan {
  readonly version: 1;
  readonly model: PlanModel;
  readonly positive: PlanPrompt;
  readonly negative: PlanPrompt;
  /** One for every name in the prompt, with the weights that the target applies in all; a file under two names is applied twice. */
  readonly loras: readonly PlanLora[];
  readonly parameters: PlanParameters;
  /** Textual inversions that the prompts name; the engine places them where their names' tokens stand. */
  readonly embeddings?: readonly PlanEmbedding[];
  /** The picture to start from, for image to image. */
  readonly init?: PlanInit;
  /** The second, larger pass of a hires fix. */
  readonly hires?: PlanHires;
  /** A model that takes over before the end. */
  readonly refiner?: PlanRefiner;
  /** The texts that the prompts were read from, for engines that read the language themselves. */
  readonly source?: PlanSource;
  /** The engine whose names stand in the plan: its files are known by the names that it takes, not by paths. Absent: the built-in one. */
  readonly engine?: string;
  /** The A1111 `parameters` text written into the PNG, with the seed filled in. */
  readonly infotext: string;
}

/**
 * The prompts as the web UI's own fields take them: dynamic prompts expanded, comments taken out, LoRA tags, schedules and
 * weights still in the text.
 */
export interface PlanSource {
  readonly positive: string;
  readonly negative: string;
  /** Texts that only the second pass has. */
  readonly hires?: { readonly positive?: string; readonly negative?: string };
  /** What `VAE` says: a file's name, or `None` for the checkpoint's own; absent where nothing is said. */
  readonly vae?: string;
}

export interface PlanModel {
  readonly name: string;
  /** Absolute path of a folder in optimum's ONNX layout or diffusers' own, or of a checkpoint file. */
  readonly path: string;
  /** Absolute path of a file to take the VAE from, instead of the model's own. */
  readonly vae?: string;
  /** First ten digits of the file's SHA-256, where it is known: infotext's `Model hash`. */
  readonly hash?: string;
  readonly architecture?: string;
}

/** `subprompts` are the parts of an AND composition; a negative prompt has exactly one, of weight 1. */
export interface PlanPrompt {
  readonly subprompts: readonly PlanSubprompt[];
}

export interface PlanSubprompt {
  readonly weight: number;
  /** Prompt editing resolved for the plan's steps: the text used up to and including step `endStep`, ascending. */
  readonly schedule: readonly PlanPhase[];
}

export interface PlanPhase {
  readonly endStep: number;
  /** Attention runs as the web UI computes them; a BREAK is `["BREAK", -1]`. */
  readonly runs: readonly WeightedRun[];
}

export type WeightedRun = readonly [text: string, weight: number];

export interface PlanLora {
  readonly name: string;
  readonly path: string;
  /** Text encoder multiplier. */
  readonly te: number;
  /** UNet multiplier. */
  readonly unet: number;
  /** `dyn`: use only the first `dyn` ranks. */
  readonly dyn?: number;
}

/** Image to image. */
export interface PlanInit {
  /** Absolute path of a PNG, JPEG or WebP file; it is brought to the plan's size. */
  readonly path: string;
  /** Denoising strength, 0 … 1. */
  readonly strength: number;
}

/** Hires fix: what the second pass does otherwise than the first. */
export interface PlanHires {
  /** Pixels, multiples of 8. */
  readonly width: number;
  readonly height: number;
  /** The size in pixels that the first pass is enlarged to, where whole cells of its middle are cut out. */
  readonly enlarged?: { readonly width: number; readonly height: number };
  readonly steps: number;
  /** Denoising strength, 0 … 1. */
  readonly strength: number;
  /** A1111 spelling: `Latent` and its variants, or `Lanczos`. */
  readonly upscaler: string;
  readonly sampler: string;
  readonly scheduleType: string;
  readonly cfgScale: number;
  /** The prompts, their schedules resolved for this pass. */
  readonly positive: PlanPrompt;
  readonly negative: PlanPrompt;
  /** Where the second pass has a model or networks of its own; else those of the first. */
  readonly model?: PlanModel;
  readonly loras?: readonly PlanLora[];
}

/** A second model for the last part of a pass. */
export interface PlanRefiner {
  readonly model: PlanModel;
  /** Share of the way after which it takes over, 0 … 1. */
  readonly switchAt: number;
  /** Counts the share in model runs instead of noise levels. */
  readonly bySteps: boolean;
  /** In which passes of a hires fix it does so; without one there is only the first. */
  readonly passes: 'first' | 'second' | 'both';
  /** Networks it is run with: those of the plan where it is of the same architecture, else none. */
  readonly loras: readonly PlanLora[];
}

/** A textual inversion by the stem of its file, or by the name it has in the LoRA file it is bundled with. */
export interface PlanEmbedding {
  readonly name: string;
  readonly path: string;
  readonly bundled?: true;
}

export interface PlanParameters {
  readonly steps: number;
  /** A1111 spelling, without the schedule: `Euler`, `Euler a`, `DPM++ 2M` … */
  readonly sampler: string;
  /** A1111 spelling: `Automatic`, `Karras` … */
  readonly scheduleType: string;
  readonly cfgScale: number;
  /** 0 … 2^64-1 as a decimal string would lose nothing; seeds in use stay below 2^53, so a number. */
  readonly seed: number;
  /** Pixels, multiples of 8. */
  readonly width: number;
  readonly height: number;
  /** A1111 value: 1 uses the last layer. */
  readonly clipSkip: number;
  /** With `None`, brackets are text, and the runs of a prompt have no weights. */
  readonly emphasis: 'Original' | 'No norm' | 'Ignore' | 'None';
  /** Noise source. `GPU` has no meaning here and is served by `NV` (Philox), said in the log. */
  readonly rng: 'CPU' | 'GPU' | 'NV';
  /** Eta noise seed delta; 0 = off. */
  readonly ensd: number;
  /** Mixes the noise of another seed into the first: 0 is none of it, 1 nothing else. */
  readonly variation?: { readonly seed: number; readonly strength: number };
  /** Draws the first noise at the size of another picture, in pixels, and puts it into the middle. */
  readonly seedResize?: { readonly width: number; readonly height: number };
  /** Options of sampling that the block sets. */
  readonly settings?: SamplingSettings;
  /** Share of `rescaleGuidance`, 0 … 1. */
  readonly cfgRescale?: number;
  /** Schedules are resolved as before version 1.6 of the web UI. */
  readonly oldTimelines?: boolean;
  /** How the noise table of a model with zero terminal SNR ends; absent: as its files' own program ends it. */
  readonly zeroSnrTable?: 'webui' | 'diffusers';
}
