import type { WeightedRun } from '../../shared/plan';
import type { Range } from '../../shared/range';

/** One block as AUTOMATIC1111's web UI 1.8+ would read it, layer by layer. `sdprompt parse --json` prints this. */
export interface ResolvedBlock {
  readonly index: number;
  readonly range: Range;
  readonly positive: ResolvedPrompt;
  readonly negative: ResolvedPrompt;
  /** In order, unknown ones too. */
  readonly parameters: readonly ResolvedParameter[];
  /** Steps the schedules were resolved for. */
  readonly steps: number;
  readonly errors: readonly ResolveError[];
}

export interface ResolvedPrompt {
  readonly range: Range;
  /** After comments and networks are removed: what the next layers see. */
  readonly text: string;
  readonly comments: readonly Range[];
  readonly networks: readonly Network[];
  /** AND parts; a negative prompt is never split. */
  readonly subprompts: readonly { readonly text: string; readonly weight: number }[];
  /** `[[end_step, text], …]` of the first sub-prompt's text, as for a prompt without AND. */
  readonly schedule: readonly (readonly [endStep: number, text: string])[];
  /** True when a parse failure made the whole prompt literal for scheduling although it holds schedule-like brackets. */
  readonly scheduleFailed: boolean;
  /** Runs of the first phase. */
  readonly attention: readonly WeightedRun[];
  /** Offsets into the document of BREAK words that really break. */
  readonly breaks: readonly Range[];
}

/** `<type:args>` found in a prompt. In a negative prompt the web UI leaves it as literal text; it is listed all the same. */
export interface Network {
  readonly type: string;
  readonly name: string;
  readonly positional: readonly string[];
  readonly named: Readonly<Record<string, string>>;
  readonly range: Range;
  readonly nameRange: Range;
  /** Range of the first weight argument, if there is one. */
  readonly weightRange?: Range;
  /** NaN when the argument is not a number (the web UI then turns off every network of the prompt). */
  readonly te: number;
  readonly unet: number;
  readonly dyn: number | null;
}

export interface ResolvedParameter {
  readonly key: string;
  readonly value: string;
  readonly keyRange: Range;
  readonly valueRange: Range;
}

export interface ResolveError {
  readonly code: string;
  readonly message: string;
  readonly range: Range;
}
