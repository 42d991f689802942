import type { Range } from '../../shared/range';
import type { TextEdit } from '../rules/rule';
import type { Block, Document, Item, Prompt } from '../syntax/nodes';
import { partsOf, promptsOf } from '../syntax/walk';
import { isSpaceCode } from '../text/python';

/** What one press of the weight keys does: edits, and where the same words lie after them. */
export interface WeightChange {
  readonly edits: readonly TextEdit[];
  /** Counts in the text after the edits, so that the next press acts on the same words. */
  readonly selection: Range;
}

const STEP = 0.1;
/** Weights beyond this are noise in a prompt; a tag's are not limited, since some networks are made for more. */
const LIMIT = 2;

/**
 * Raises or lowers the weight of the selection by 0.1. Without a selection it acts on the tag, the weighted bracket or
 * else the word at the cursor. Undefined where nothing can be weighted: outside of prompts, in comments, and across a
 * BREAK or AND, which brackets would turn into words.
 */
export function adjustWeight(
  document: Document,
  selection: Range,
  direction: 'up' | 'down',
): WeightChange | undefined {
  const target = findTarget(document, selection);
  if (target === undefined) return undefined;
  const newText = editAttention(document.text.slice(target.start, target.end), direction === 'up');
  return {
    edits: [{ range: target, newText }],
    selection: { start: target.start, end: target.start + newText.length },
  };
}

/**
 * The same on a bare text, all of it selected: `(x:1.2)` and `<lora:x:1>` get another weight, everything else gets
 * brackets with one; a bracket of weight 1 goes away.
 */
export function editAttention(text: string, positive: boolean): string {
  if (text === '') return text;
  const step = positive ? STEP : -STEP;
  if (text.startsWith('<') && text.endsWith('>')) return editTag(text, step);
  const weighted = wholeWeight(text);
  const content = weighted === undefined ? text : weighted.content;
  const weight = limited(weighted?.weight ?? 1, step);
  return Math.abs(weight - 1) < 1e-9 ? content : `(${content}:${written(weight)})`;
}

/** Moves the text encoder's and the UNet's weight alike; a tag without a weight counts as 1. */
function editTag(tag: string, step: number): string {
  const parts = tag.slice(1, -1).split(':');
  let found = false;
  const edited = parts.map((part, index) => {
    const named = /^(te|unet)=(.*)$/s.exec(part);
    // The first two are the type and the name, unless nothing else is there; the fifth is a rank.
    const isWeight = named !== null || (index > 0 && index < 4 && (index > 1 || parts.length === 2));
    const value = named?.[2] ?? part;
    if (!isWeight || !NUMBER.test(value.trim())) return part;
    found = true;
    const weight = written(Number(value) + step);
    return named === null ? weight : `${named[1]}=${weight}`;
  });
  return `<${(found ? edited : [...parts, written(1 + step)]).join(':')}>`;
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)$/;
const WEIGHT_BEFORE_CLOSER = /:\s*([+-]?(?:\d+\.?\d*|\.\d+))\s*$/;

/**
 * What is inside a text that is one `(…:1.2)` from end to end, and its weight. A closer without a weight before it
 * does not end the bracket, so that a `:)` may stand inside.
 */
function wholeWeight(text: string): { readonly content: string; readonly weight: number } | undefined {
  if (!text.startsWith('(')) return undefined;
  let depth = 0;
  for (let offset = 0; offset < text.length; offset++) {
    const character = text[offset];
    if (character === '\\') offset++;
    else if (character === '(') depth++;
    else if (character === ')') {
      depth--;
      if (depth > 0) continue;
      const match = WEIGHT_BEFORE_CLOSER.exec(text.slice(Math.max(0, offset - 40), offset));
      if (match === null) depth = 1;
      else if (offset + 1 < text.length) return undefined;
      else return { content: text.slice(1, offset - match[0].length), weight: Number(match[1]) };
    }
  }
  return undefined;
}

/** A weight within the limit stays within it; one beyond it may only come nearer. */
function limited(weight: number, step: number): number {
  const next = weight + step;
  return Math.abs(next) <= LIMIT || Math.abs(next) < Math.abs(weight)
    ? next
    : Math.sign(next) * Math.max(LIMIT, Math.abs(weight));
}

/** At least one digit after the point, and as many more as the number needs. */
function written(weight: number): string {
  const rounded = Number(weight.toFixed(4)) || 0;
  const text = String(rounded);
  return Number.isInteger(rounded) ? `${text}.0` : text;
}

function findTarget(document: Document, selection: Range): Range | undefined {
  const place = promptAt(document, selection);
  if (place === undefined) return undefined;
  const { block, prompt } = place;
  const { text } = document;
  const { path, level } = around(prompt.items, selection);
  // Innermost first: a tag, or a weighted bracket whose whole content is meant.
  for (const item of [...path].reverse()) {
    if (item.type === 'tag') return item.closed ? item.range : undefined;
    if (item.type !== 'group' || item.bracket !== 'round' || item.weight === undefined || !item.closed)
      continue;
    const content = trimmed(text, { start: item.range.start + 1, end: item.weight.range.start - 1 });
    const isAll = selection.start <= content.start && content.end <= selection.end;
    if (isAll || selection.start === selection.end) return item.range;
    break;
  }
  const target =
    selection.start === selection.end
      ? wordAt(text, level, selection.start)
      : trimmed(text, widened(level, selection));
  if (target === undefined || target.start >= target.end) return undefined;
  return isWeightable(block, level, target) ? target : undefined;
}

function promptAt(document: Document, { start, end }: Range): { block: Block; prompt: Prompt } | undefined {
  for (const block of document.blocks) {
    for (const { prompt } of promptsOf(block)) {
      if (prompt.range.start <= start && end <= prompt.range.end) return { block, prompt };
    }
  }
  return undefined;
}

/** The items that hold the selection, outermost first, and the items that lie beside it in the innermost of them. */
function around(items: readonly Item[], selection: Range): { path: Item[]; level: readonly Item[] } {
  const { start, end } = selection;
  const path: Item[] = [];
  let level = items;
  for (;;) {
    const holder: Item | undefined = level.find(
      (item) => item.type !== 'text' && item.range.start <= start && end <= item.range.end,
    );
    if (holder === undefined) return { path, level };
    const isWhole = start === holder.range.start && end === holder.range.end;
    const isOwnTarget = holder.type === 'tag' || (holder.type === 'group' && holder.weight !== undefined);
    const part = isWhole ? undefined : partsOf(holder).find((list) => holds(list, selection));
    if (isOwnTarget || part !== undefined) path.push(holder);
    if (part === undefined) return { path, level };
    level = part;
  }
}

/** True when a list of items spans a range; colons and bars between parts of a schedule belong to none. */
function holds(items: readonly Item[], { start, end }: Range): boolean {
  const first = items[0];
  const last = items.at(-1);
  return first !== undefined && last !== undefined && first.range.start <= start && end <= last.range.end;
}

/** Grown so that it cuts no bracket, tag or escape in two. */
function widened(level: readonly Item[], selection: Range): Range {
  let { start, end } = selection;
  for (const item of level) {
    if (item.type === 'text' || item.range.end <= start || item.range.start >= end) continue;
    start = Math.min(start, item.range.start);
    end = Math.max(end, item.range.end);
  }
  return { start, end };
}

function isWeightable(block: Block, level: readonly Item[], target: Range): boolean {
  const overlaps = ({ range }: { readonly range: Range }): boolean =>
    range.start < target.end && target.start < range.end;
  return (
    !level.some(
      (item) => (item.type === 'break' || item.type === 'and' || isUnclosed(item)) && overlaps(item),
    ) &&
    !block.comments.some(overlaps) &&
    level.some(overlaps)
  );
}

function isUnclosed(item: Item): boolean {
  return (item.type === 'tag' || item.type === 'group') && !item.closed;
}

/** The word that touches an offset: up to blanks, commas and whatever is no text. */
function wordAt(text: string, level: readonly Item[], offset: number): Range | undefined {
  const run = level.find(
    ({ type, range }) => type === 'text' && range.start <= offset && offset <= range.end,
  );
  if (run === undefined) return undefined;
  let start = offset;
  let end = offset;
  while (start > run.range.start && !isWordEnd(text, start - 1)) start--;
  while (end < run.range.end && !isWordEnd(text, end)) end++;
  return start === end ? undefined : { start, end };
}

function isWordEnd(text: string, offset: number): boolean {
  return (
    isSpaceCode(text.charCodeAt(offset)) ||
    text[offset] === ',' ||
    text[offset] === '，' ||
    text[offset] === '|'
  );
}

/** Without blanks and commas at both ends. */
function trimmed(text: string, range: Range): Range {
  const isOuter = (offset: number): boolean => isSpaceCode(text.charCodeAt(offset)) || text[offset] === ',';
  let { start, end } = range;
  while (start < end && isOuter(start)) start++;
  while (end > start && isOuter(end - 1)) end--;
  return { start, end };
}
