import type { Problem } from './problem';

/**
 * What is known about one network file (a LoRA or anything else found in the LoRA folders), learned from its header
 * and its sidecars, never from its weights.
 */
export interface LoraFacts {
  readonly file: LoraFileFacts;
  readonly network: LoraNetworkFacts;
}

/** What belongs to one file alone: its name and place, its size and hashes, the words of its metadata and sidecars. */
export interface LoraFileFacts {
  /** File stem: what AUTOMATIC1111 calls the network's name. */
  readonly name: string;
  /** `ss_output_name`, when the file has one. */
  readonly alias?: string;
  /** Absolute path; undefined when the facts come from a lockfile and no file is present. */
  readonly path?: string;
  /** Path relative to the scanned folder, with `/` and with the extension. */
  readonly relativePath: string;
  readonly source: 'file' | 'lockfile' | 'server';
  /** Why the file cannot be used. */
  readonly problem?: Problem;
  readonly triggerWords: readonly string[];
  readonly preferredWeight?: number;
  readonly description?: string;
  readonly previewPath?: string;
  /** Bytes. */
  readonly size?: number;
  /** Milliseconds since the epoch. */
  readonly modified?: number;
  readonly hashes?: LoraHashes;
  /** What its author puts into negative prompts with it. */
  readonly negativeText?: string;
  readonly notes?: string;
  /** Embeddings bundled with the network: usable as words. */
  readonly embeddings?: readonly string[];
}

/**
 * What the network in a file is. Files of one trainer and base model mostly agree in all of it, so that a library keeps
 * one object for many files.
 */
export interface LoraNetworkFacts {
  /** `ok`: a network that can be merged; `broken`: refused by its header; `unread`: a pickle; `other`: not a LoRA. */
  readonly status: 'ok' | 'broken' | 'unread' | 'other';
  /** `lora` for every LoRA-like network, else `embedding`, `checkpoint`, `vae`, `controlnet`, `ip-adapter` … */
  readonly kind: string;
  /** `lora`, `loha`, `lokr`, `dora`, `ia3`, `glora`, `oft`, `boft`, `full`, `norm` …; `adalora`, `vera`, `hydralora` … are not merged. */
  readonly networkType?: string;
  /** The verdict; undefined while `candidates` has more than one entry. */
  readonly architecture?: string;
  /** Size or edition of the architecture, where the tensors tell it: `klein-4b`, `t2v-14b`. */
  readonly variant?: string;
  readonly candidates: readonly string[];
  /** The reason for the verdict, in words. */
  readonly reason: string;
  /** SDXL family (`pony`, `illustrious`, `noobai` …): information, never an error. */
  readonly family?: string;
  /** What the base model predicts, where the file says so. */
  readonly prediction?: 'v' | 'epsilon';
  readonly rank?: number;
  readonly alpha?: number;
  /** Number of modules by component: `unet`, `textEncoder`, `textEncoder2` … */
  readonly modules: Readonly<Record<string, number>>;
  /** Where the trigger words were learned: `activation text`, `trainedWords`, `modelspec`, `tag frequency`. */
  readonly triggerSource?: string;
  readonly category?: string;
  /** Base model in the words of its model card (Civitai's `baseModel`). */
  readonly trainedOn?: string;
  readonly license?: string;
  /** Number of vectors of an embedding. */
  readonly vectors?: number;
  /** What is odd about a file that can be used all the same: metadata that disagrees, modules that fit nowhere. */
  readonly problems?: readonly Problem[];
}

export interface LoraHashes {
  readonly sha256?: string;
  readonly autoV1?: string;
  readonly autoV2?: string;
  readonly autoV3?: string;
  /** A1111's short hash, as in infotext `Lora hashes`. */
  readonly shortHash?: string;
}

/** A base model a prompt can name: a folder with ONNX files, a checkpoint file, or only a declared architecture. */
export interface ModelFacts {
  readonly name: string;
  readonly path?: string;
  /** `server`: a model of an engine elsewhere; its `path` is the name that it has there. */
  readonly format: 'onnx' | 'checkpoint' | 'declared' | 'server';
  /** Spelled as LoRA architectures are: `sd1`, `sd2`, `sdxl`, `demo` … */
  readonly architecture?: string;
  /** Size or edition of the architecture, where the tensors tell it. */
  readonly variant?: string;
  /** Where the architecture was learned, for messages: `the UNet's tensor shapes`, `sdprompt.config.json` … */
  readonly source: string;
  /** SDXL family (`pony`, `illustrious`, `noobai` …), where it is known. */
  readonly family?: string;
  /** Image side the model was trained on, pixels. */
  readonly nativeSize?: number;
  /**
   * Trainable UNet and text encoder modules with the shape of their weight, PyTorch layout, keyed by diffusers path.
   * This is what "x of y modules fit" is counted against. Absent for declared models.
   */
  readonly modules?: Readonly<Record<string, readonly number[]>>;
  readonly problem?: Problem;
  /** Why it cannot draw here, though LoRAs can be checked against it. */
  readonly cannotRun?: Problem;
  /** Absolute path of a file its VAE is taken from instead. */
  readonly vae?: string;
  /** AutoV2 (ten digits) where the file was ever read whole, and the old hash of eight. */
  readonly hashes?: Pick<LoraHashes, 'autoV1' | 'autoV2'>;
}

/** A file that only turns latents into pixels and back, in place of a checkpoint's own. */
export interface VaeFacts {
  /** File name with its extension, as the web UI lists and writes it. */
  readonly name: string;
  readonly path: string;
  readonly hashes?: Pick<LoraHashes, 'autoV2'>;
  /** Why it cannot be used. */
  readonly problem?: Problem;
}
