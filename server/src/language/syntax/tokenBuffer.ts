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
}

/** Tokens there is room for between two texts; few prompts have more. */
const KEPT_ROOM = 4096;

/**
 * The tokens that `fill` adds, the last one ending at `end`. There is one buffer for all: arrays cost more to make than
 * to fill, and nothing is lexed while something else is.
 */
export function collectTokens(end: number, fill: (buffer: TokenBuffer) => void): Tokens {
  buffer.length = 0;
  fill(buffer);
  return buffer.finish(end);
}

class GrowingBuffer implements TokenBuffer {
  length = 0;
  #kinds = new Uint8Array(KEPT_ROOM);
  #starts = new Uint32Array(KEPT_ROOM);

  add(kind: Kind, start: number): void {
    if (this.length === this.#kinds.length) this.#resize(this.length * 2);
    this.#kinds[this.length] = kind;
    this.#starts[this.length] = start;
    this.length++;
  }

  finish(end: number): Tokens {
    const { length } = this;
    if (length === 0) return NO_TOKENS;
    const tokens = {
      length,
      kinds: this.#kinds.slice(0, length),
      starts: this.#starts.slice(0, length),
      end,
    };
    if (length > KEPT_ROOM) this.#resize(KEPT_ROOM);
    return tokens;
  }

  #resize(room: number): void {
    const [kinds, starts] = [new Uint8Array(room), new Uint32Array(room)];
    if (room > this.length) {
      kinds.set(this.#kinds);
      starts.set(this.#starts);
    }
    [this.#kinds, this.#starts] = [kinds, starts];
  }
}

const buffer = new GrowingBuffer();
