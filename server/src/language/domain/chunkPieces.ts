import type { Document, Item } from '../syntax/nodes';
import { withoutComments } from '../syntax/withoutComments';
import { finderOf } from '../text/finder';
import { isSpaceCode } from '../text/python';

/** A phrase between commas, brackets taken away. */
export interface PhrasePiece {
  readonly start: number;
  readonly end: number;
  /** Its words, where brackets or escapes stand between them; otherwise they are the text from `start` to `end`. */
  readonly words: string | undefined;
  /** Offset of the comma that follows. */
  readonly comma: number | undefined;
}

/** Takes the pieces of a prompt in, in order. */
export interface PieceReader {
  phrase(piece: PhrasePiece): void;
  /** BREAK or AND. */
  chunkBreak(offset: number): void;
}

/** The phrases of a prompt, as the first step of the run sees them. Blanks around a phrase are no part of it. */
export function readPieces(document: Document, prompt: readonly Item[], to: PieceReader): void {
  new PieceWalk(document, to).walk(prompt);
}

class PieceWalk {
  readonly #text: string;
  readonly #commas: (from: number) => number;
  readonly #to: PieceReader;
  /** Range of the phrase at hand, or -1 between two. */
  #start = -1;
  #end = -1;
  /** The words of the phrase at hand, once they are not one stretch of the text. */
  #words: string | undefined;
  /** Blanks after the last word, which count only if another one follows. */
  #blanks = '';

  constructor(document: Document, to: PieceReader) {
    this.#text = withoutComments(document);
    this.#commas = finderOf(this.#text, ',');
    this.#to = to;
  }

  walk(prompt: readonly Item[]): void {
    this.#visit(prompt);
    this.#flush(undefined);
  }

  #visit(items: readonly Item[]): void {
    for (const item of items) {
      const { start, end } = item.range;
      switch (item.type) {
        case 'text': {
          let from = start;
          for (let at = this.#commas(from); at < end; at = this.#commas(from)) {
            this.#add(from, at);
            this.#flush(at);
            from = at + 1;
          }
          this.#add(from, end);
          break;
        }
        case 'escape':
          this.#add(start + 1, end);
          break;
        case 'group':
          // What brackets set apart is cut into words of its own.
          this.#blanks += ' ';
          this.#visit(item.items);
          this.#blanks += ' ';
          break;
        case 'schedule':
          this.#visit(item.from && item.from.length > 0 ? item.from : item.to);
          break;
        case 'alternation':
          this.#visit(item.options[0] ?? []);
          break;
        case 'break':
        case 'and':
          this.#flush(undefined);
          this.#to.chunkBreak(start);
          break;
        case 'tag':
          break;
      }
    }
  }

  #add(start: number, end: number): void {
    const text = this.#text;
    let from = start;
    let to = end;
    while (from < to && isSpaceCode(text.charCodeAt(from))) from++;
    while (to > from && isSpaceCode(text.charCodeAt(to - 1))) to--;
    if (from === to) {
      if (this.#start >= 0) this.#blanks += text.slice(start, end);
      return;
    }
    if (this.#start < 0) this.#start = from;
    else {
      this.#words ??= text.slice(this.#start, this.#end);
      this.#words += this.#blanks + text.slice(start, to);
    }
    this.#end = to;
    this.#blanks = to === end ? '' : text.slice(to, end);
  }

  #flush(comma: number | undefined): void {
    if (this.#start >= 0) this.#to.phrase({ start: this.#start, end: this.#end, words: this.#words, comma });
    this.#start = -1;
    this.#words = undefined;
    this.#blanks = '';
  }
}
