import type { Range } from '../../shared/range';
import type { Block, Document } from '../syntax/nodes';
import { type Attention, attentionRuns, MAX_BRACKET_DEPTH, parseAttention } from './attention';
import { blockText } from './blockText';
import { stripComments } from './comments';
import { splitConjunction } from './conjunction';
import { LORA_TYPES, readLoraArguments } from './loraArguments';
import { editMapped, type MappedText, mapSlice, sliceMapped, sourceRange } from './mapped';
import { findNetworks, type NetworkTag } from './networks';
import { parseIntPython, skipSpace, strip } from './python';
import type { Network, ResolvedBlock, ResolvedPrompt, ResolveError } from './resolved';
import { resolveSchedule, type Schedule } from './schedule/schedule';

export interface ResolveOptions {
  /** Steps to resolve schedules for; absent: the block's `Steps`, else 20. */
  readonly steps?: number;
}

/** The web UI's default, and what its slider allows. */
export const DEFAULT_STEPS = 20;
export const MAX_STEPS = 150;

/** Resolves every block of a document. */
export function resolveDocument(document: Document, options: ResolveOptions = {}): ResolvedBlock[] {
  return document.blocks.map((block) => resolveBlock(document, block, options));
}

/**
 * One block as the web UI reads it. It works on the text of the prompts, never on the tree, so that quirks of the web
 * UI are reproduced whatever the writer meant; every range points into the document.
 */
export function resolveBlock(document: Document, block: Block, options: ResolveOptions = {}): ResolvedBlock {
  const steps = Math.min(MAX_STEPS, Math.max(1, options.steps ?? blockSteps(block)));
  const errors: ResolveError[] = [];
  const { end } = block.positive.range;
  const negativeRange = block.negative?.range ?? { start: end, end };
  const positive = resolvePrompt(
    blockText(document, block, 'positive'),
    block.positive.range,
    true,
    steps,
    errors,
  );
  const negative = resolvePrompt(blockText(document, block, 'negative'), negativeRange, false, steps, errors);
  return {
    index: block.index,
    range: block.range,
    positive,
    negative,
    parameters: block.parameters,
    steps,
    errors: errors.sort((a, b) => a.range.start - b.range.start || a.range.end - b.range.end),
  };
}

/** A prompt that stands alone, such as one a template was expanded to. Ranges point into the text itself. */
export function resolveText(text: string, isPositive: boolean, steps: number): ResolvedPrompt {
  return resolvePrompt(
    mapSlice(strip(text), skipSpace(text, 0)),
    { start: 0, end: text.length },
    isPositive,
    steps,
    [],
  );
}

function blockSteps(block: Block): number {
  // The last one counts, as in the web UI's own record.
  const written = block.parameters.findLast((parameter) => parameter.key === 'Steps')?.value;
  const steps = written === undefined ? undefined : parseIntPython(written);
  return steps !== undefined && steps >= 1 ? steps : DEFAULT_STEPS;
}

/** The layers before conditioning, for a prompt that stands at `range`. */
function resolvePrompt(
  source: MappedText,
  range: Range,
  isPositive: boolean,
  steps: number,
  errors: ResolveError[],
): ResolvedPrompt {
  const { mapped: uncommented, comments } = stripComments(source);
  const tags = findNetworks(uncommented.text);
  const networks = tags.map((tag) => readNetwork(uncommented, tag, isPositive, errors));
  const mapped = isPositive
    ? editMapped(
        uncommented,
        tags.map((tag) => ({ start: tag.start, end: tag.end, insert: '' })),
      )
    : uncommented;

  const parts = isPositive
    ? splitConjunction(mapped.text)
    : [{ start: 0, end: mapped.text.length, weight: 1 }];
  const subprompts = parts.map((part) => ({
    text: mapped.text.slice(part.start, part.end),
    weight: part.weight,
  }));
  let first: Schedule | undefined;
  let scheduleFailed = false;
  const breaks: Range[] = [];
  for (const part of parts) {
    const sub = sliceMapped(mapped, part.start, part.end);
    const schedule = resolveSchedule(sub.text, { steps });
    scheduleFailed = reportSchedule(sub, schedule, errors) || scheduleFailed;
    first ??= schedule;
    if (mayBreakOrFail(sub.text)) inspectBrackets(sub, parseAttention(sub.text), breaks, errors);
  }
  return new Resolved(
    { range, text: mapped.text, comments, networks, subprompts, scheduleFailed, breaks },
    first,
  );
}

/**
 * A resolved prompt that works out its schedule and its attention runs when somebody asks; the lint never does. A class,
 * because an object literal with a getter costs a hidden class that keeps the whole document from being collected young.
 */
class Resolved implements ResolvedPrompt {
  readonly range: Range;
  readonly text: string;
  readonly comments: readonly Range[];
  readonly networks: readonly Network[];
  readonly subprompts: ResolvedPrompt['subprompts'];
  readonly scheduleFailed: boolean;
  readonly breaks: readonly Range[];
  readonly #first: Schedule | undefined;
  #attention: ResolvedPrompt['attention'] | undefined;

  constructor(known: Omit<ResolvedPrompt, 'schedule' | 'attention'>, first: Schedule | undefined) {
    this.range = known.range;
    this.text = known.text;
    this.comments = known.comments;
    this.networks = known.networks;
    this.subprompts = known.subprompts;
    this.scheduleFailed = known.scheduleFailed;
    this.breaks = known.breaks;
    this.#first = first;
  }

  get schedule(): ResolvedPrompt['schedule'] {
    return this.#first?.phases ?? [];
  }

  get attention(): ResolvedPrompt['attention'] {
    this.#attention ??= attentionRuns(parseAttention(this.schedule[0]?.[1] ?? '').pieces);
    return this.#attention;
  }

  toJSON(): ResolvedPrompt {
    const { range, text, comments, networks, subprompts, schedule, scheduleFailed, attention, breaks } = this;
    return { range, text, comments, networks, subprompts, schedule, scheduleFailed, attention, breaks };
  }
}

function readNetwork(
  mapped: MappedText,
  tag: NetworkTag,
  isPositive: boolean,
  errors: ResolveError[],
): Network {
  const [name, weight] = tag.positional;
  const place = (from: number, to: number): Range => sourceRange(mapped, from, to);
  const read = readLoraArguments(tag);
  const range = place(tag.start, tag.end);
  if (!read.ok && isPositive && LORA_TYPES.has(tag.type))
    errors.push({
      code: 'bad-network-argument',
      message: `The web UI cannot read an argument of this tag (${read.error}), and then turns off every network of the prompt.`,
      range,
    });
  return {
    type: tag.type,
    name: name?.text ?? '',
    positional: tag.positional.map((item) => item.text),
    named: tag.named,
    range,
    nameRange: name === undefined ? { start: range.end, end: range.end } : place(name.start, name.end),
    ...weightRange(mapped, tag, weight),
    te: read.ok ? read.te : Number.NaN,
    unet: read.ok ? read.unet : Number.NaN,
    dyn: read.ok ? read.dyn : null,
  };
}

/** The first positional weight, else the value of the first `te=` or `unet=`. */
function weightRange(
  mapped: MappedText,
  tag: NetworkTag,
  weight: { start: number; end: number } | undefined,
): { weightRange?: Range } {
  if (weight !== undefined) return { weightRange: sourceRange(mapped, weight.start, weight.end) };
  const item = tag.items.find(({ text }) => text.startsWith('te=') || text.startsWith('unet='));
  if (item === undefined) return {};
  return { weightRange: sourceRange(mapped, item.start + item.text.indexOf('=') + 1, item.end) };
}

/** True when the prompt is literal for scheduling although it holds something that looks like a schedule. */
function reportSchedule(
  sub: MappedText,
  schedule: ReturnType<typeof resolveSchedule>,
  errors: ResolveError[],
): boolean {
  const { tree, overflow } = schedule;
  if (overflow !== undefined) {
    errors.push({
      code: 'schedule-number',
      message: `\`${overflow.when}\` is too large to be a step; the web UI fails to generate.`,
      range: sourceRange(sub, overflow.start, overflow.end),
    });
    return true;
  }
  if (schedule.truncated)
    errors.push({
      code: 'schedule-too-large',
      message: 'This prompt changes so often and is so long that only its first steps were worked out.',
      range: sourceRange(sub, 0, sub.text.length),
    });
  if (tree.ok || !SCHEDULE_LIKE.test(sub.text)) return false;
  errors.push({
    code: 'schedule-failed',
    message:
      tree.reason === 'bare-bar'
        ? 'A `|` outside `[a|b]` makes the web UI take every schedule of this prompt literally.'
        : 'A `\\` with nothing after it makes the web UI take every schedule of this prompt literally.',
    range: sourceRange(sub, tree.at, tree.at + 1),
  });
  return true;
}

/** A bracket that somebody meant as prompt editing: `[… : number]` or `[…|…]`. */
const SCHEDULE_LIKE = /\[[^[\]]*(?::\s*[+-]?[.\d]+\s*\]|\|)/;

/**
 * A quick look at whether brackets have to be read at all to know where a prompt breaks and whether it fails: only a
 * BREAK breaks, a weight that is no number has two points or nothing else, and depth takes brackets.
 */
function mayBreakOrFail(text: string): boolean {
  return text.length > MAX_BRACKET_DEPTH || text.includes('BREAK') || DOUBTFUL_WEIGHT.test(text);
}

const DOUBTFUL_WEIGHT = /:[^()[\]:]*\.(?:[^()[\]:]*\.|[^()[\]:\p{Nd}]*\))/u;

/** BREAKs that break and weights that fail, looked up in the whole text so that every schedule branch is seen once. */
function inspectBrackets(
  sub: MappedText,
  { pieces, error, tooDeepAt }: Attention,
  breaks: Range[],
  errors: ResolveError[],
): void {
  for (const piece of pieces)
    if (piece.isBreak && piece.weight === -1) breaks.push(sourceRange(sub, piece.start, piece.end));
  if (error !== undefined)
    errors.push({
      code: 'bad-attention-weight',
      message: `The web UI fails to generate: ${error.message}.`,
      range: sourceRange(sub, error.start, error.end),
    });
  if (tooDeepAt !== undefined)
    errors.push({
      code: 'nesting-too-deep',
      message: 'Brackets nested deeper than this are read as text.',
      range: sourceRange(sub, tooDeepAt, tooDeepAt + 1),
    });
}
