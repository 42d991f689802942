import type { Range } from '../../shared/range';
import type { Block, Document, Prompt, Tag } from '../syntax/nodes';
import { walkItems } from '../syntax/walk';
import { blockTitle } from './blocks';

/** One line of an outline. `selectionRange` lies inside `range`, and every child's range inside its parent's. */
export interface DocumentSymbol {
  readonly name: string;
  readonly detail: string;
  readonly kind: 'block' | 'network' | 'negative' | 'parameters' | 'parameter';
  readonly range: Range;
  readonly selectionRange: Range;
  readonly children: readonly DocumentSymbol[];
}

/** Blocks with the networks they load, their negative prompt and their parameters. */
export function documentSymbols(document: Document): DocumentSymbol[] {
  return document.blocks.map((block) => blockSymbol(document, block));
}

function blockSymbol(document: Document, block: Block): DocumentSymbol {
  const children: DocumentSymbol[] = networkSymbols(block.positive);
  const { negative, parametersRange } = block;
  if (negative !== undefined) {
    const range = { start: negative.label.start, end: Math.max(negative.label.end, negative.range.end) };
    children.push({
      name: 'Negative prompt',
      detail: oneLine(document.text.slice(negative.range.start, negative.range.end)),
      kind: 'negative',
      range,
      selectionRange: negative.label,
      children: networkSymbols(negative),
    });
  }
  if (parametersRange !== undefined) {
    children.push({
      name: 'Parameters',
      detail: '',
      kind: 'parameters',
      range: parametersRange,
      selectionRange: parametersRange,
      children: block.parameters.map(({ key, value, keyRange, valueRange }) => ({
        name: key,
        detail: oneLine(value),
        kind: 'parameter',
        range: { start: keyRange.start, end: valueRange.end },
        selectionRange: keyRange,
        children: [],
      })),
    });
  }
  return {
    name: blockTitle(document, block),
    detail: '',
    kind: 'block',
    range: block.range,
    selectionRange: block.positive.range,
    children,
  };
}

function networkSymbols(prompt: Prompt): DocumentSymbol[] {
  const symbols: DocumentSymbol[] = [];
  walkItems(prompt.items, (item) => {
    if (item.type !== 'tag') return;
    const [name, ...rest] = item.args;
    if (name === undefined || name.text.trim() === '') return;
    symbols.push({
      name: name.text,
      detail: [item.tagType, ...rest.map(({ text }) => text)].join(' '),
      kind: 'network',
      range: item.range,
      selectionRange: nameRange(item),
      children: [],
    });
  });
  return symbols;
}

function nameRange(tag: Tag): Range {
  return tag.args[0]?.range ?? tag.range;
}

const LONGEST_DETAIL = 80;

function oneLine(text: string): string {
  const line = text
    .slice(0, LONGEST_DETAIL * 2)
    .replace(/\s+/gu, ' ')
    .trim();
  const points = [...line];
  return points.length > LONGEST_DETAIL ? `${points.slice(0, LONGEST_DETAIL).join('')}…` : line;
}
