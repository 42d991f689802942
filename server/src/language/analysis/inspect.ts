import type { Range } from '../../shared/range';
import { type Attention, parseAttention } from './attention';
import { mayBreakOrFail, scheduleMayFail } from './fastPaths';
import { type MappedText, sourceRange } from './mapped';
import type { ResolveError } from './resolved';
import { resolveSchedule, type Schedule } from './schedule/schedule';

/** What the layers from scheduling on have to say about AND parts. */
export interface Inspection {
  /** In a part the schedules are read literally, or cannot be read at all. */
  readonly scheduleFailed: boolean;
  /** Document ranges of the BREAKs that break. */
  readonly breaks: readonly Range[];
  readonly errors: readonly ResolveError[];
}

/** Looks at every part for what makes the web UI fail. Most parts cannot fail, and are not read for it. */
export function inspectParts(parts: readonly MappedText[], steps: number): Inspection {
  const errors: ResolveError[] = [];
  const breaks: Range[] = [];
  let scheduleFailed = false;
  for (const part of parts) {
    if (scheduleMayFail(part.text))
      scheduleFailed = reportSchedule(part, resolveSchedule(part.text, { steps }), errors) || scheduleFailed;
    if (mayBreakOrFail(part.text)) inspectBrackets(part, parseAttention(part.text), breaks, errors);
  }
  return { scheduleFailed, breaks, errors };
}

/** True when the prompt is literal for scheduling although it holds something that looks like a schedule. */
function reportSchedule(sub: MappedText, schedule: Schedule, errors: ResolveError[]): boolean {
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
