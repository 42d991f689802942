import type { Kind } from './tokens';

/**
 * Tokens in flat arrays, without gaps between them: each ends where the next one begins, the last at `end`. Offsets
 * count from where the block begins, so that they outlive an edit before it.
 */
export interface Tokens {
  readonly length: number;
  readonly kinds: Uint8Array;
  readonly starts: Uint32Array;
  readonly end: number;
}

export const NO_TOKENS: Tokens = { length: 0, kinds: new Uint8Array(), starts: new Uint32Array(), end: 0 };

export function tokenEnd(tokens: Tokens, index: number): number {
  return index + 1 < tokens.length ? tokens.starts[index + 1]! : tokens.end;
}

export interface TokenBuffer {
  add(kind: Kind, start: number): void;
  /** The tokens added, the last one ending at `end`. */
  finish(end: number): Tokens;
}

export function createTokenBuffer(): TokenBuffer {
  let kinds = new Uint8Array(16);
  let starts = new Uint32Array(16);
  let length = 0;
  return {
    add(kind, start) {
      if (length === kinds.length) {
        const [moreKinds, moreStarts] = [new Uint8Array(length * 2), new Uint32Array(length * 2)];
        moreKinds.set(kinds);
        moreStarts.set(starts);
        [kinds, starts] = [moreKinds, moreStarts];
      }
      kinds[length] = kind;
      starts[length] = start;
      length++;
    },
    finish: (end) =>
      length === 0
        ? NO_TOKENS
        : { length, kinds: kinds.slice(0, length), starts: starts.slice(0, length), end },
  };
}
