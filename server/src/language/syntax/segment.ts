import type { Range } from '../../shared/range';
import { isNewlineCode } from '../text/python';
import { type BlockLayout, layOutSegment, type SegmentLayout } from './blocks';
import { lexPrompt } from './lexer';
import { repeatedNegative, unparsedParameter } from './messages';
import type { Block, Comment } from './nodes';
import { scanParameters } from './parameters';
import { buildPrompt } from './prompt';
import { createReporter, type DocumentError, type Reporter } from './reporter';
import { collectTokens, type Tokens } from './tokenBuffer';
import type { Stretch } from './tokenList';
import { KIND } from './tokens';

/**
 * What lies between two separator lines, parsed. Nothing in it depends on the rest of the document but the block's
 * number and the offsets, so an edit elsewhere only moves it.
 */
export interface Segment {
  readonly start: number;
  /** Where its separator line begins, or the text ends. */
  readonly end: number;
  /** After its separator line; the last segment of a document has none. */
  readonly next: number;
  readonly hasSeparator: boolean;
  /** Absent when there is nothing but blanks. */
  readonly block?: Block;
  /** In the order in which they were found. */
  readonly errors: readonly DocumentError[];
  /** Its tokens, and those of the separator line. */
  readonly stretches: readonly Stretch[];
}

/** Parses the segment that begins at `start`; its block, if there is one, gets the number `index`. */
export function parseSegment(text: string, start: number, index: number): Segment {
  const layout = layOutSegment(text, start);
  const { end, next, hasSeparator } = layout;
  const stretches: Stretch[] = [];
  const reporter = createReporter();
  const block =
    layout.block === undefined ? undefined : parseBlock(text, layout.block, index, stretches, reporter);
  if (block === undefined) stretches.push(lex(text, [{ start, end }], [], start));
  addSeparator(text, layout, stretches);
  const { errors } = reporter;
  return block === undefined
    ? { start, end, next, hasSeparator, errors, stretches }
    : { start, end, next, hasSeparator, block, errors, stretches };
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

function parseBlock(
  text: string,
  layout: BlockLayout,
  index: number,
  stretches: Stretch[],
  reporter: Reporter,
): Block {
  const origin = layout.range.start;
  const comments: Comment[] = [];

  const tokens = lex(text, [layout.positive], [], origin);
  stretches.push(tokens);
  const positive = buildPrompt(text, tokens, origin, layout.positive.start, reporter);
  append(comments, positive.comments);

  let negative: Block['negative'];
  const [label, ...furtherLabels] = layout.labels;
  if (label !== undefined) {
    stretches.push({ kind: 'negativeLabel', end: label.end - origin });
    for (const range of furtherLabels) reporter.report('duplicate-negative', repeatedNegative, range);
    const joined = lex(text, layout.negatives, furtherLabels, origin);
    stretches.push(joined);
    const { prompt, comments: more } = buildPrompt(text, joined, origin, label.end, reporter);
    append(comments, more);
    const { range, items } = prompt;
    negative = furtherLabels.length > 0 ? { range, items, label, furtherLabels } : { range, items, label };
  }

  const scan = layout.parameters === undefined ? undefined : scanParameters(text, layout.parameters);
  if (scan !== undefined) {
    for (const { kind, range } of scan.tokens) stretches.push({ kind, end: range.end - origin });
    append(
      comments,
      scan.comments.map((range) => ({ range })),
    );
    for (const range of scan.unparsed) reporter.report('unparsed-parameter', unparsedParameter, range);
  }
  const parameters = scan?.parameters ?? [];
  const first = parameters[0];
  const last = parameters.at(-1);
  const block: Writable<Block> = {
    index,
    range: layout.range,
    positive: positive.prompt,
    parameters,
    comments,
  };
  if (negative !== undefined) block.negative = negative;
  if (first !== undefined && last !== undefined)
    block.parametersRange = { start: first.keyRange.start, end: last.valueRange.end };
  return block;
}

/**
 * The tokens of stretches that join, with a label before every one but the first. A label ends a run of text and is
 * no part of any item, like a comment.
 */
function lex(text: string, ranges: readonly Range[], labels: readonly Range[], origin: number): Tokens {
  return collectTokens((ranges.at(-1)?.end ?? origin) - origin, (buffer) => {
    ranges.forEach((range, part) => {
      const label = labels[part - 1];
      if (label !== undefined) buffer.add(KIND.negativeLabel, label.start - origin);
      lexPrompt(text, range, origin, buffer);
    });
  });
}

function addSeparator(text: string, { start, end, next, hasSeparator }: SegmentLayout, to: Stretch[]): void {
  if (!hasSeparator) return;
  let lineEnd = next;
  while (lineEnd > end && isNewlineCode(text.charCodeAt(lineEnd - 1))) lineEnd--;
  to.push({ kind: 'separator', end: lineEnd - start }, { kind: 'newline', end: next - start });
}

/** Like `push(...more)`, which overflows the stack for a long list. */
function append<T>(list: T[], more: readonly T[]): void {
  for (const element of more) list.push(element);
}
