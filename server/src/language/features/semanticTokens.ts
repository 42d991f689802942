import type { Range } from '../../shared/range';
import type { Block, Document, Item, Tag } from '../syntax/nodes';
import { promptsOf, type Side } from '../syntax/walk';
import { isNewlineCode } from '../text/python';
import { trimRange } from '../text/trim';

export const SEMANTIC_TOKEN_TYPES = [
  'comment',
  'keyword',
  'number',
  'macro',
  'class',
  'parameter',
  'property',
  'string',
  'word',
] as const;

/** How much the web UI weighs a word, from least to most; a word without one of these has about its own weight. */
export const SEMANTIC_TOKEN_MODIFIERS = ['weakest', 'weaker', 'stronger', 'strongest'] as const;

export type SemanticTokenType = (typeof SEMANTIC_TOKEN_TYPES)[number];
export type SemanticTokenModifier = (typeof SEMANTIC_TOKEN_MODIFIERS)[number];

/** A stretch of one line. Tokens come in order and never overlap. */
export interface SemanticToken {
  readonly range: Range;
  readonly type: SemanticTokenType;
  readonly modifiers: readonly SemanticTokenModifier[];
}

/** What plain brackets multiply by. */
const BRACKET = 1.1;

/**
 * Colours that need the tree: words by the weight that all brackets around them make together, keywords only where
 * they work, networks only where they are loaded.
 */
export function semanticTokens(document: Document): SemanticToken[] {
  const tokens: SemanticToken[] = [];
  for (const block of document.blocks) {
    const found: SemanticToken[] = [];
    addBlock(document.text, block, found);
    found.sort((a, b) => a.range.start - b.range.start);
    for (const token of found) tokens.push(token);
  }
  return tokens;
}

function addBlock(text: string, block: Block, tokens: SemanticToken[]): void {
  const add = (type: SemanticTokenType, range: Range, weight = 1): void => {
    const modifiers = modifiersOf(weight);
    for (const line of linesOf(text, range)) tokens.push({ range: line, type, modifiers });
  };
  for (const { range } of block.comments) add('comment', range);
  if (block.negative !== undefined) {
    add('keyword', block.negative.label);
    for (const label of block.negative.furtherLabels ?? []) add('keyword', label);
  }
  for (const { side, prompt } of promptsOf(block)) addItems(prompt.items, 1, { side, depth: 0 }, add);
  for (const { keyRange, valueRange } of block.parameters) {
    add('property', keyRange);
    add('string', valueRange);
  }
}

interface Place {
  readonly side: Side;
  /** Brackets around; a BREAK in any is only a word. */
  readonly depth: number;
}

type Add = (type: SemanticTokenType, range: Range, weight?: number) => void;

function addItems(items: readonly Item[], weight: number, place: Place, add: Add): void {
  const inside = { ...place, depth: place.depth + 1 };
  for (const item of items) {
    switch (item.type) {
      case 'text':
      case 'escape':
        if (modifiersOf(weight).length > 0) add('word', item.range, weight);
        break;
      case 'break':
        if (place.depth === 0) add('keyword', item.range);
        break;
      case 'and':
        if (place.side === 'positive') add('keyword', item.range);
        break;
      case 'tag':
        if (item.closed && place.side === 'positive') addTag(item, add);
        break;
      case 'group': {
        addItems(item.items, weight * factorOf(item), inside, add);
        if (item.weight !== undefined) add('number', item.weight.range);
        break;
      }
      case 'schedule':
        addItems(item.from ?? [], weight, place, add);
        addItems(item.to, weight, place, add);
        add('number', item.when.range);
        break;
      case 'alternation':
        for (const option of item.options) addItems(option, weight, place, add);
        break;
    }
  }
}

function factorOf(group: Extract<Item, { type: 'group' }>): number {
  if (group.weight !== undefined) return Number.isNaN(group.weight.value) ? 1 : group.weight.value;
  return group.bracket === 'round' ? BRACKET : 1 / BRACKET;
}

function addTag(tag: Tag, add: Add): void {
  add('macro', tag.tagTypeRange);
  tag.args.forEach((argument, index) => {
    const { range, key } = argument;
    if (index === 0) add('class', range);
    else if (key === undefined) add('number', range);
    else {
      const equals = range.start + key.length;
      add('parameter', { start: range.start, end: equals });
      add('number', { start: equals + 1, end: range.end });
    }
  });
}

function modifiersOf(weight: number): SemanticTokenModifier[] {
  if (weight < 0.65) return ['weakest'];
  if (weight < 0.95) return ['weaker'];
  if (weight <= 1.05) return [];
  return weight < 1.45 ? ['stronger'] : ['strongest'];
}

/** The lines of a range, without the blanks at their ends. */
function linesOf(text: string, range: Range): Range[] {
  const lines: Range[] = [];
  let start = range.start;
  while (start < range.end) {
    let end = start;
    while (end < range.end && !isNewlineCode(text.charCodeAt(end))) end++;
    const line = trimRange(text, { start, end });
    if (line.start < line.end) lines.push(line);
    start = end + 1;
  }
  return lines;
}
