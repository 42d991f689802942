import type { LoraFacts } from './facts';
import type { KnownChanges, Measurement } from './measurement';
import type { GenerationPlan } from './plan';
import type { Problem } from './problem';

/**
 * Requests beyond the Language Server Protocol. Sent by the client to the server unless said otherwise.
 */

/** Resolves the block at an offset into a plan the engine can run. Refused while the workspace is not trusted. */
export const ResolvePlan = 'sdprompt/resolvePlan';
export interface ResolvePlanParams {
  readonly uri: string;
  /** Zero-based position inside the block wanted. */
  readonly position: { readonly line: number; readonly character: number };
  /** Replaces the block's `Seed`; -1 draws a new one. Absent: the block's own, or a new one. */
  readonly seed?: number;
  /** Replaces the block's `Model` for this one image: the answer to "use the built-in model". */
  readonly model?: string;
  /** No picture will be made: nothing is read for hashes that only its metadata would hold. */
  readonly forComparison?: true;
}
export type ResolvePlanResult =
  | {
      readonly ok: true;
      readonly plan: GenerationPlan;
      readonly block: BlockInfo;
      readonly warnings: readonly string[];
    }
  | { readonly ok: false; readonly problem: Problem };

/** Server → client notification while a plan is resolved: what takes so long, in words. */
export const PlanProgress = 'sdprompt/planProgress';
export interface PlanProgressParams {
  readonly label: string;
}

export interface BlockInfo {
  /** Zero-based index in the document. */
  readonly index: number;
  readonly startLine: number;
  readonly endLine: number;
  /** First words of the positive prompt, for titles. */
  readonly title: string;
}

/** What the library holds now, for status and for the command *Show LoRA library*. */
export const LibraryStatus = 'sdprompt/libraryStatus';
export interface LibraryStatusResult {
  readonly folders: readonly string[];
  readonly loras: number;
  readonly broken: number;
  readonly scanning: boolean;
  readonly baseModel?: string;
}

/** The block that a picture was made from, out of its metadata. */
export const ReadPicture = 'sdprompt/readPicture';
export interface ReadPictureParams {
  /** Absolute path of a file that the user chose. */
  readonly path: string;
}
/** Without a block where the file is no picture, holds no prompt or cannot be read. */
export interface ReadPictureResult {
  readonly block?: string;
}

/** Everything in the library, sorted by name, for the pick list of *Show LoRA library*. */
export const LibraryList = 'sdprompt/libraryList';
export interface LibraryListResult {
  readonly loras: readonly LoraFacts[];
}

/** Raises or lowers the weight of the selection or of the word at an empty one, as Ctrl+Up/Down does in the web UIs. */
export const AdjustWeight = 'sdprompt/adjustWeight';
export interface AdjustWeightParams {
  readonly uri: string;
  readonly selection: TextSpan;
  readonly direction: 'up' | 'down';
}
/** Null when there is nothing to weigh. `selection` is where the same text lies after the edits. */
export type AdjustWeightResult = {
  readonly edits: readonly { readonly range: TextSpan; readonly newText: string }[];
  readonly selection: TextSpan;
} | null;

/** Zero-based lines and UTF-16 characters, end exclusive. */
export interface TextSpan {
  readonly start: { readonly line: number; readonly character: number };
  readonly end: { readonly line: number; readonly character: number };
}

/** Server → client notification: the library was (re)scanned. */
export const LibraryChanged = 'sdprompt/libraryChanged';

/** Client → server notification: the user granted trust; machine paths and models may now be used. */
export const TrustGranted = 'sdprompt/trustGranted';

/** Client → server notification: how much some LoRAs change a model was measured, for the lint to know. */
export const Measured = 'sdprompt/measured';
export interface MeasuredParams {
  /** Path of the model. */
  readonly model: string;
  /** Paths of the files in the measurement's order, each taken at weight 1. */
  readonly loras: readonly string[];
  readonly measurement: Measurement;
}

/** What earlier measurements, in this window or another, say of some LoRAs and a model. */
export const MeasuredBefore = 'sdprompt/measuredBefore';
export interface MeasuredBeforeParams {
  readonly model: string;
  readonly loras: readonly string[];
}
/** In the order of `loras`; null unless all of it is known. */
export type MeasuredBeforeResult = KnownChanges | null;

/** Initialization options the client passes. */
export interface InitializationOptions {
  readonly trusted: boolean;
  /** Absolute path of `media/demo-model`, the built-in model. */
  readonly builtInModelPath: string;
  /** Where the library index may be cached. */
  readonly cachePath: string;
}

/** Commands the server's CodeLenses name and the client implements. Arguments: `[uri, {line, character}]`. */
export const GENERATE_COMMAND = 'sdprompt.generatePreview';

/**
 * LoRA folders of other programs near the workspace and in the home folder: places to ask the user about. Empty while
 * the workspace is not trusted, and as soon as somebody has named a folder. Nothing in them is read.
 */
export const SuggestFolders = 'sdprompt/suggestFolders';
export interface SuggestFoldersResult {
  readonly folders: readonly { readonly path: string; readonly program: string }[];
}
