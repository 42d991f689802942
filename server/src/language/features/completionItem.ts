import type { Range } from '../../shared/range';

/** One offer of the completion list, in plain data. Accepting it replaces `range` by `newText`. */
export interface CompletionItem {
  readonly label: string;
  readonly kind: CompletionKind;
  /** Short, shown beside the label. */
  readonly detail?: string;
  /** Markdown. LoRAs have none: theirs is asked for when the item is looked at. */
  readonly documentation?: string;
  /** Path and name of the LoRA to document on demand. */
  readonly lora?: { readonly name: string; readonly relativePath: string };
  readonly range: Range;
  readonly newText: string;
  /** The same text in snippet syntax, with places to tab to. */
  readonly snippet?: string;
  /** What the typed text is matched with: it begins with what stands in `range` before the cursor. */
  readonly filterText: string;
  readonly sortText: string;
  /** Struck through: it is there, but accepting it does no good. */
  readonly deprecated?: boolean;
  /** Ask again after accepting: there is something to offer at the new place. */
  readonly retrigger?: boolean;
}

export type CompletionKind =
  | 'lora'
  | 'trigger'
  | 'embedding'
  | 'key'
  | 'value'
  | 'model'
  | 'wildcard'
  | 'keyword'
  | 'weight';

export interface CompletionList {
  readonly items: readonly CompletionItem[];
  /** True: typing on may bring items that are not in this list. */
  readonly incomplete: boolean;
}

/** Most items of one list; the next key narrows it. */
export const MAX_COMPLETION_ITEMS = 200;

/** Text as it must stand in a snippet to come out unchanged. */
export function escapeSnippet(text: string): string {
  return text.replace(/[\\$}]/g, '\\$&');
}

/** Text inside a snippet's placeholder. */
export function placeholder(index: number, text: string): string {
  return `\${${index}:${escapeSnippet(text)}}`;
}

/**
 * How well a candidate matches what was typed: 0 begins with it, 1 has it at the start of a word, 2 contains it,
 * 3 has its characters in order; undefined not at all. Case does not matter.
 */
export function matchRank(typed: string, candidate: string): 0 | 1 | 2 | 3 | undefined {
  return matchLower(typed.toLowerCase(), candidate.toLowerCase());
}

/** `matchRank` of texts that are in lower case already. */
export function matchLower(needle: string, hay: string): 0 | 1 | 2 | 3 | undefined {
  const at = hay.indexOf(needle);
  if (at === 0) return 0;
  if (at > 0) return /[\s_./\\-]/.test(hay[at - 1] ?? '') ? 1 : 2;
  let from = 0;
  for (const character of needle) {
    from = hay.indexOf(character, from);
    if (from < 0) return undefined;
    from += character.length;
  }
  return 3;
}

/** A sort key that keeps the given order: groups first, then the position within a group. */
export function sortKey(group: number, position: number): string {
  return `${group}${String(position).padStart(6, '0')}`;
}
