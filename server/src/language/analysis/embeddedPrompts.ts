import type { Block, Document, Parameter } from '../syntax/nodes';
import type { Side } from '../syntax/walk';
import { type MappedText, mapSlice, type Slice } from './mapped';

/** A prompt that stands in a parameter, such as `Hires prompt`. */
export interface EmbeddedPrompt {
  readonly side: Side;
  readonly parameter: Parameter;
  /** Without quotes and escapes, its places those of the document. */
  readonly mapped: MappedText;
  /** The value is a quoted JSON string. */
  readonly isQuoted: boolean;
}

/** Keys whose values are prompts: the web UI's hires fix and the ADetailer extension, which numbers its tabs. */
const KEYS = /^(?:Hires|ADetailer) (negative )?prompt(?: \d+(?:st|nd|rd|th))?$/;

/** The prompts in the parameters of a block, in order. */
export function embeddedPrompts(document: Document, block: Block): EmbeddedPrompt[] {
  const found: EmbeddedPrompt[] = [];
  for (const parameter of block.parameters) {
    const key = KEYS.exec(parameter.key);
    if (!key) continue;
    const { start, end } = parameter.valueRange;
    const raw = document.text.slice(start, end);
    const isQuoted = raw.length >= 2 && raw.startsWith('"') && raw.endsWith('"') && parameter.value !== raw;
    found.push({
      side: key[1] === undefined ? 'positive' : 'negative',
      parameter,
      mapped: isQuoted ? unescaped(raw, start) : mapSlice(raw, start),
      isQuoted,
    });
  }
  return found;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };

/** The inside of a JSON string; every escape is a slice of its own. */
function unescaped(raw: string, start: number): MappedText {
  const slices: Slice[] = [];
  let text = '';
  for (const { 0: piece, index } of raw.slice(1, -1).matchAll(/\\u[\da-fA-F]{4}|\\[\s\S]|[^\\]+/g)) {
    const source = start + 1 + index;
    const mark = piece[1] ?? '';
    const value =
      piece[0] !== '\\'
        ? piece
        : mark === 'u'
          ? String.fromCharCode(Number.parseInt(piece.slice(2), 16))
          : (ESCAPES[mark] ?? mark);
    slices.push({ at: text.length, source, length: value.length });
    text += value;
  }
  return slices.length === 0 ? mapSlice('', start + 1) : { text, slices };
}
