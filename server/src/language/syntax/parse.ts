import { MAX_SYNTAX_ERRORS } from './limits';
import type { Block, Document } from './nodes';
import { type DocumentError, sortErrors } from './reporter';
import { parseSegment, type Segment } from './segment';
import { buildTokens } from './tokenList';

const BOM = 0xfeff;

/**
 * Parses any text into a whole tree with errors; it never throws. Time and memory grow linearly with the text.
 * The tree shows what the writer meant, `analysis/` what the web UI makes of it.
 */
export function parse(text: string): Document {
  return assemble(
    text,
    parseSegments(text, textStart(text), 0, () => false),
  );
}

/** After the byte order mark. */
export function textStart(text: string): number {
  return text.charCodeAt(0) === BOM ? 1 : 0;
}

/** The segments from `start` on, up to the end of the text or where `isKnown` says that the rest is known. */
export function parseSegments(
  text: string,
  start: number,
  firstIndex: number,
  isKnown: (offset: number) => boolean,
): Segment[] {
  const segments: Segment[] = [];
  let index = firstIndex;
  for (let offset = start; ; ) {
    const segment = parseSegment(text, offset, index);
    segments.push(segment);
    if (segment.block !== undefined) index++;
    if (!segment.hasSeparator || isKnown(segment.next)) return segments;
    offset = segment.next;
  }
}

/** Puts segments that make up a text together. A document without any text has one empty block, its first segment. */
export function assemble(text: string, segments: readonly Segment[]): Document {
  const blocks: Block[] = [];
  const errors: DocumentError[] = [];
  for (const { block, errors: more } of segments) {
    if (block !== undefined) blocks.push(block);
    for (const error of more) if (errors.length < MAX_SYNTAX_ERRORS) errors.push(error);
  }
  const first = segments[0];
  if (blocks.length === 0 && first !== undefined) blocks.push(emptyBlock(first));
  return new ParsedDocument(text, blocks, sortErrors(errors), segments);
}

/** What a document was put together from; undefined for one that no parse made. */
export function segmentsOf(document: Document): readonly Segment[] | undefined {
  return document instanceof ParsedDocument ? ParsedDocument.segmentsOf(document) : undefined;
}

/**
 * A document that makes its tokens when somebody asks. A class, because an object literal with a getter costs a hidden
 * class of its own, which lies in the old generation and keeps the document alive until that is collected.
 */
class ParsedDocument implements Document {
  readonly #segments: readonly Segment[];
  #tokens: Document['tokens'] | undefined;

  constructor(
    readonly text: string,
    readonly blocks: readonly Block[],
    readonly errors: Document['errors'],
    segments: readonly Segment[],
  ) {
    this.#segments = segments;
  }

  static segmentsOf(document: ParsedDocument): readonly Segment[] {
    return document.#segments;
  }

  get tokens(): Document['tokens'] {
    if (this.#tokens === undefined) {
      const mark = { start: 0, stretches: [{ kind: 'bom', end: textStart(this.text) }] } as const;
      this.#tokens = buildTokens(this.text, [mark, ...this.#segments]);
    }
    return this.#tokens;
  }
}

function emptyBlock({ start, end }: Segment): Block {
  const range = { start, end };
  return {
    index: 0,
    range,
    positive: { range: { start, end: start }, items: [] },
    parameters: [],
    comments: [],
  };
}
