import type { Range } from '../../shared/range';
import { isNewlineCode, isSpaceCode } from '../text/python';
import { beginsWithKey, countPairs } from './parameters';

const NEGATIVE_LABEL = 'Negative prompt:';
const COMMA = 44;
const DASH = 45;
const HASH = 35;
/** The web UI takes a last line for parameters from this many pairs on. */
const PAIRS_OF_A_PARAMETER_LINE = 3;

/** Where the parts of one block lie. Parts are given untrimmed: joined, they are the block. */
export interface BlockLayout {
  readonly range: Range;
  readonly positive: Range;
  /** Every `Negative prompt:` label, and after each one its text: the web UI joins them. */
  readonly labels: readonly Range[];
  readonly negatives: readonly Range[];
  readonly parameters?: Range;
}

/** What lies between two separator lines. */
export interface SegmentLayout {
  readonly start: number;
  /** Where its separator line begins, or the text ends. */
  readonly end: number;
  /** After the line break of its separator line. */
  readonly next: number;
  readonly hasSeparator: boolean;
  /** Absent when it is blank. */
  readonly block?: BlockLayout;
}

/**
 * Reads a document from `start` up to and including the next line of three or more dashes, and cuts what is before it
 * into positive prompt, negative prompt and parameters, line by line as the web UI reads pasted metadata. A separator
 * line is one whatever stands around it, so segments do not depend on each other.
 */
export function layOutSegment(text: string, start: number): SegmentLayout {
  const block = openBlock(start);
  const finished = (end: number): { block?: BlockLayout } =>
    block.isBlank ? {} : { block: finish(text, block, end) };

  let offset = start;
  while (offset < text.length) {
    const end = lineEnd(text, offset);
    const next = end + (text.charCodeAt(end) === 13 && text.charCodeAt(end + 1) === 10 ? 2 : 1);
    const first = skipSpaces(text, offset, end);
    if (isSeparator(text, first, end)) {
      const after = Math.min(next, text.length);
      return { start, end: offset, next: after, hasSeparator: true, ...finished(offset) };
    }
    if (first < end) readLine(text, block, { start: offset, first, end });
    offset = next;
  }
  return { start, end: text.length, next: text.length, hasSeparator: false, ...finished(text.length) };
}

interface OpenBlock {
  readonly start: number;
  isBlank: boolean;
  readonly labels: Range[];
  /** Where the parameters begin, should every line from there on turn out to hold parameters. */
  parameters: number | undefined;
  /** The last line that is neither blank nor a comment. */
  last: { readonly range: Range; readonly isLabel: boolean } | undefined;
}

interface Line {
  readonly start: number;
  /** The first character that is not blank. */
  readonly first: number;
  readonly end: number;
}

function openBlock(start: number): OpenBlock {
  return { start, isBlank: true, labels: [], parameters: undefined, last: undefined };
}

function readLine(text: string, block: OpenBlock, line: Line): void {
  block.isBlank = false;
  if (text.charCodeAt(line.first) === HASH) return;
  const isLabel = text.startsWith(NEGATIVE_LABEL, line.first);
  if (isLabel) {
    block.labels.push({ start: line.first, end: line.first + NEGATIVE_LABEL.length });
    block.parameters = undefined;
  } else if (beginsWithKey(text, line.first, line.end, true)) {
    block.parameters ??= line.start;
  } else if (!continuesParameters(text, block, line)) {
    block.parameters = undefined;
  }
  block.last = { range: { start: line.start, end: line.end }, isLabel };
}

/** A line with an unknown key goes on with the parameters when the line before ends with a comma. */
function continuesParameters(text: string, block: OpenBlock, line: Line): boolean {
  if (block.parameters === undefined || block.last === undefined) return false;
  let end = block.last.range.end;
  while (end > block.last.range.start && isSpaceCode(text.charCodeAt(end - 1))) end--;
  return text.charCodeAt(end - 1) === COMMA && beginsWithKey(text, line.first, line.end, false);
}

function finish(text: string, block: OpenBlock, end: number): BlockLayout {
  const { start, labels, last } = block;
  let parameters = block.parameters;
  if (parameters === undefined && last !== undefined && !last.isLabel) {
    const first = skipSpaces(text, last.range.start, last.range.end);
    const pairs = countPairs(text, { start: first, end: last.range.end });
    if (pairs >= PAIRS_OF_A_PARAMETER_LINE) parameters = last.range.start;
  }
  const promptsEnd = parameters ?? end;
  const negatives = labels.map((label, index) => ({
    start: label.end,
    end: labels[index + 1]?.start ?? promptsEnd,
  }));
  return {
    range: { start, end },
    positive: { start, end: labels[0]?.start ?? promptsEnd },
    labels,
    negatives,
    ...(parameters === undefined ? {} : { parameters: { start: parameters, end } }),
  };
}

function isSeparator(text: string, first: number, end: number): boolean {
  let offset = first;
  while (offset < end && text.charCodeAt(offset) === DASH) offset++;
  return offset - first >= 3 && skipSpaces(text, offset, end) === end;
}

function lineEnd(text: string, start: number): number {
  let offset = start;
  while (offset < text.length && !isNewlineCode(text.charCodeAt(offset))) offset++;
  return offset;
}

function skipSpaces(text: string, start: number, end: number): number {
  let offset = start;
  while (offset < end && isSpaceCode(text.charCodeAt(offset))) offset++;
  return offset;
}
