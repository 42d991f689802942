import type { Range } from '../../shared/range';
import type { Block, Document } from '../syntax/nodes';
import { type Attention, attentionRuns, parseAttention } from './attention';
import { stripComments } from './comments';
import { splitConjunction } from './conjunction';
import { LORA_TYPES, readLoraArguments } from './loraArguments';
import { editMapped, type MappedText, mapSlice, sliceMapped, sourceRange } from './mapped';
import { findNetworks, type NetworkTag } from './networks';
import { parseIntPython, skipSpace, skipSpaceBack } from './python';
import type { Network, ResolvedBlock, ResolvedPrompt, ResolveError } from './resolved';
import { resolveSchedule } from './schedule/schedule';

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
  const positive = resolvePrompt(document.text, block.positive.range, true, steps, errors);
  const negativeRange = block.negative?.range ?? {
    start: block.positive.range.end,
    end: block.positive.range.end,
  };
  const negative = resolvePrompt(document.text, negativeRange, false, steps, errors);
  return {
    index: block.index,
    range: block.range,
    positive,
    negative,
    parameters: block.parameters.map(({ key, value, keyRange, valueRange }) => ({
      key,
      value,
      keyRange,
      valueRange,
    })),
    steps,
    errors: errors.sort((a, b) => a.range.start - b.range.start || a.range.end - b.range.end),
  };
}

/** A prompt that stands alone, such as one a template was expanded to. Ranges point into the text itself. */
export function resolveText(text: string, isPositive: boolean, steps: number): ResolvedPrompt {
  return resolvePrompt(text, { start: 0, end: text.length }, isPositive, steps, []);
}

function blockSteps(block: Block): number {
  // The last one counts, as in the web UI's own record.
  const written = block.parameters.findLast((parameter) => parameter.key === 'Steps')?.value;
  const steps = written === undefined ? undefined : parseIntPython(written);
  return steps !== undefined && steps >= 1 ? steps : DEFAULT_STEPS;
}

/** The layers before conditioning, for a prompt that stands somewhere in `source`. */
function resolvePrompt(
  source: string,
  range: Range,
  isPositive: boolean,
  steps: number,
  errors: ResolveError[],
): ResolvedPrompt {
  const start = skipSpace(source, range.start, range.end);
  const end = skipSpaceBack(source, range.end, start);
  const { mapped: uncommented, comments } = stripComments(mapSlice(source.slice(start, end), start));
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
  let first: Pick<ResolvedPrompt, 'schedule' | 'attention'> | undefined;
  let scheduleFailed = false;
  const breaks: Range[] = [];
  for (const part of parts) {
    const sub = sliceMapped(mapped, part.start, part.end);
    const schedule = resolveSchedule(sub.text, { steps });
    scheduleFailed = reportSchedule(sub, schedule, errors) || scheduleFailed;
    const whole = parseAttention(sub.text);
    if (first === undefined) {
      const [[, text] = [steps, '']] = schedule.phases;
      const attention = text === sub.text ? whole : parseAttention(text);
      first = { schedule: schedule.phases, attention: attentionRuns(attention.pieces) };
    }
    inspectBrackets(sub, whole, breaks, errors);
  }
  return {
    range,
    text: mapped.text,
    comments,
    networks,
    subprompts,
    schedule: first?.schedule ?? [[steps, '']],
    scheduleFailed,
    attention: first?.attention ?? [['', 1]],
    breaks,
  };
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
