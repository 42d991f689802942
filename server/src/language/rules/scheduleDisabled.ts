import type { Range } from '../../shared/range';
import type { Document } from '../syntax/nodes';
import { withoutComments } from '../syntax/withoutComments';
import type { Fix, Rule } from './rule';
import type { PromptView } from './view/prompts';

/** The web UI's schedule grammar is all or nothing. */
export const scheduleDisabled: Rule = {
  id: 'schedule-disabled',
  description: 'Something in the prompt makes the web UI read all of its schedules as plain text.',
  tags: ['schedule', 'syntax'],
  severity: 'warning',
  fixable: 'safe',
  check(context, _options, report) {
    for (const view of context.prompts) {
      if (!view.resolved.scheduleFailed) continue;
      const cause = findCause(context.document, view);
      if (cause?.inBraces && context.environment.dynamicPrompts) continue;
      report({
        range: cause?.range ?? firstSchedule(view),
        message: explain(cause),
        fixes: cause ? fixesFor(cause) : [],
      });
    }
  },
};

interface Cause {
  readonly kind: 'pipe' | 'backslash' | 'number';
  readonly range: Range;
  /** A bar of an unexpanded `{a|b}`. */
  readonly inBraces: boolean;
}

const EFFECT =
  "and then none of the prompt's schedules works: `[from:to:when]` is sent to the model as words";

function explain(cause: Cause | undefined): string {
  switch (cause?.kind) {
    case 'pipe':
      return cause.inBraces
        ? `The \`|\` of an unexpanded \`{a|b}\` cannot be read by the web UI's schedule grammar, ${EFFECT}. Choose one of the words, or switch \`dynamicPrompts\` on if an extension expands them.`
        : `A \`|\` outside \`[ ]\` cannot be read by the web UI's schedule grammar, ${EFFECT}. Write \`\\|\` for a plain one.`;
    case 'backslash':
      return `A backslash with nothing after it cannot be read by the web UI's schedule grammar, ${EFFECT}. Remove it.`;
    case 'number':
      return 'This number is too large to be a step, and the picture is not made at all. Write a step of the run, or a fraction such as `0.5`.';
    default:
      return `Something in this prompt cannot be read by the web UI's schedule grammar, ${EFFECT}. Take the brackets out one by one to find it.`;
  }
}

/** Where the web UI's reading of the schedules broke off, and on what. */
function findCause(document: Document, view: PromptView): Cause | undefined {
  const { start, end } = view.tree.range;
  const error = view.block.resolved.errors.find(
    ({ code, range }) =>
      (code === 'schedule-failed' || code === 'schedule-number') && range.start >= start && range.end <= end,
  );
  if (!error) return undefined;
  const { range } = error;
  if (error.code === 'schedule-number') return { kind: 'number', range, inBraces: false };
  const text = withoutComments(document);
  if (text[range.start] === '\\') return { kind: 'backslash', range, inBraces: false };
  if (text[range.start] !== '|') return undefined;
  const before = text.slice(start, range.start);
  return { kind: 'pipe', range, inBraces: before.lastIndexOf('{') > before.lastIndexOf('}') };
}

function fixesFor(cause: Cause): Fix[] {
  if (cause.kind === 'number') return [];
  if (cause.kind === 'backslash')
    return [{ title: 'Remove the backslash', safe: true, edits: [{ range: cause.range, newText: '' }] }];
  if (cause.inBraces) return [];
  return [{ title: 'Write `\\|`', safe: true, edits: [{ range: cause.range, newText: '\\|' }] }];
}

function firstSchedule(view: PromptView): Range {
  const { schedules, alternations } = view.outline;
  const starts = [schedules[0], alternations[0]].flatMap((first) => (first ? [first.item.range] : []));
  return starts.sort((a, b) => a.start - b.start)[0] ?? view.tree.range;
}
