import type { Kind } from './tokens';

/** Tokens as the grammar takes them, in flat arrays; offsets are the document's. Comments are left out. */
export interface SettledTokens {
  readonly length: number;
  readonly kinds: Uint8Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
}

/** Tokens there is room for between two prompts; few have more. */
const KEPT_ROOM = 4096;

/** One set of arrays for all prompts, which holds what was settled last: making them costs more than filling them. */
export class SettledBuffer implements SettledTokens {
  length = 0;
  kinds = new Uint8Array(KEPT_ROOM);
  starts = new Uint32Array(KEPT_ROOM);
  ends = new Uint32Array(KEPT_ROOM);

  /** Forgets the last prompt and makes room for the tokens of the next one. */
  begin(tokens: number): void {
    this.length = 0;
    const room = Math.max(KEPT_ROOM, tokens);
    if (room === this.kinds.length) return;
    this.kinds = new Uint8Array(room);
    this.starts = new Uint32Array(room);
    this.ends = new Uint32Array(room);
  }

  add(kind: Kind, start: number, end: number): void {
    this.kinds[this.length] = kind;
    this.starts[this.length] = start;
    this.ends[this.length] = end;
    this.length++;
  }
}
