import type { MeasuredBlock } from './measurement';
import type { MergeReport } from './mergeReport';
import type { Problem } from './problem';

/** Everything the preview page shows. The page is a pure function of this; it keeps the last one across hides and reloads. */
export interface PreviewState {
  readonly phase: 'empty' | 'running' | 'done' | 'cancelled' | 'failed';
  /** Title of the block: its first words. */
  readonly title?: string;
  readonly fileName?: string;
  readonly modelName?: string;
  /** The last finished image: stays visible while the next one runs, and after a failure. */
  readonly image?: PreviewImage;
  readonly progress?: PreviewProgress;
  readonly problem?: Problem & { readonly actions?: readonly PreviewAction[] };
  /** Why `image` would not come out the same again: a short sentence. */
  readonly outdated?: string;
  /** What the plan left out or changed, in words, for the image shown. */
  readonly warnings?: readonly string[];
}

export interface PreviewImage {
  /** A webview URI. */
  readonly src: string;
  readonly width: number;
  readonly height: number;
  readonly seed: number;
  /** Seconds, in all. */
  readonly seconds: number;
  readonly merged: readonly MergeReport[];
  readonly strategy: string;
  readonly infotext: string;
  /** Absent until it is measured. */
  readonly changes?: PreviewChanges;
}

/** How much the LoRAs of a picture change the model at their weights in the prompt. */
export interface PreviewChanges {
  /** In prompt order; without those that change nothing. */
  readonly loras: readonly PreviewChange[];
  /** Every two files whose changes point the same way, or opposite ways. */
  readonly twins: readonly { readonly names: readonly [string, string]; readonly isOpposite: boolean }[];
}

/** One LoRA: ‖ΔW‖/‖W0‖ over all it touches, and block by block. */
export interface PreviewChange {
  readonly name: string;
  readonly ratio: number;
  readonly blocks: readonly Pick<MeasuredBlock, 'block' | 'ratio' | 'touched' | 'modules'>[];
}

export interface PreviewProgress {
  /** Words for the phase: `Loading the model`, `Merging 2 LoRAs`, `Step 7 of 20` … */
  readonly label: string;
  /** 0 … 1, or undefined while it cannot be known. */
  readonly fraction?: number;
  /** A webview-safe data: URI of the step picture. */
  readonly picture?: string;
}

/** A button under an error; `id` is sent back as `action`. */
export interface PreviewAction {
  readonly id: string;
  readonly label: string;
}

/** `memory` is opaque to the page: it keeps the latest with `setState`, and a reloaded window gets it back. */
export type ToPreview = { readonly type: 'state'; readonly state: PreviewState; readonly memory?: unknown };

export type FromPreview =
  | { readonly type: 'ready' }
  | { readonly type: 'generate'; readonly seed: 'block' | 'same' | 'new' }
  | { readonly type: 'cancel' }
  | { readonly type: 'save' }
  | { readonly type: 'copyInfotext' }
  | { readonly type: 'copySeed' }
  | { readonly type: 'action'; readonly id: string }
  /** A file was dropped: by its address, or with its bytes where it came from another program. */
  | { readonly type: 'drop'; readonly uri: string }
  | { readonly type: 'drop'; readonly name: string; readonly bytes: Uint8Array };

/** Largest file that is taken from another program. */
export const MAX_DROPPED_BYTES = 100_000_000;

const KINDS: ReadonlySet<string> = new Set([
  'ready',
  'generate',
  'cancel',
  'save',
  'copyInfotext',
  'copySeed',
  'action',
  'drop',
]);

/** Guards the one door through which the page can speak to the extension. */
export function isFromPreview(value: unknown): value is FromPreview {
  if (typeof value !== 'object' || value === null) return false;
  const message = value as Readonly<Record<string, unknown>>;
  if (typeof message.type !== 'string' || !KINDS.has(message.type)) return false;
  if (message.type === 'generate')
    return message.seed === 'block' || message.seed === 'same' || message.seed === 'new';
  if (message.type === 'action') return typeof message.id === 'string' && message.id.length <= 100;
  if (message.type === 'drop') return isDrop(message);
  return true;
}

function isDrop({ uri, name, bytes }: Readonly<Record<string, unknown>>): boolean {
  if (uri !== undefined) return typeof uri === 'string' && uri.length <= 10_000;
  const isNamed = typeof name === 'string' && name.length <= 255;
  return isNamed && bytes instanceof Uint8Array && bytes.length <= MAX_DROPPED_BYTES;
}
