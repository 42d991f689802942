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
}
export type ResolvePlanResult =
  | {
      readonly ok: true;
      readonly plan: GenerationPlan;
      readonly block: BlockInfo;
      readonly warnings: readonly string[];
    }
  | { readonly ok: false; readonly problem: Problem };

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

/** Server → client notification: the library was (re)scanned. */
export const LibraryChanged = 'sdprompt/libraryChanged';

/** Client → server notification: the user granted trust; machine paths and models may now be used. */
export const TrustGranted = 'sdprompt/trustGranted';

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
