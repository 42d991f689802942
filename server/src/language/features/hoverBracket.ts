import type { ResolvedBlock } from '../analysis/resolved';
import { shortNumber } from '../domain/numbers';
import type { Document, Schedule } from '../syntax/nodes';
import type { Container } from '../syntax/walk';
import type { Hover } from './hoverText';
import { weightOf } from './itemAt';
import { code } from './loraText';

/** What a pair of brackets does: weigh, switch at a step, or take turns. */
export function hoverBracket(
  document: Document,
  item: Container,
  parents: readonly Container[],
  resolved: ResolvedBlock,
): Hover {
  const range = item.range;
  if (item.type === 'group') {
    const weight = shortNumber(weightOf([...parents, item]));
    const open = item.closed ? '' : ' The bracket is not closed, so this reaches to the end of the prompt.';
    return { range, markdown: `Weight ${weight} for the text in these brackets.${open}` };
  }
  if (resolved.positive.scheduleFailed && item.range.end <= resolved.positive.range.end) {
    return {
      range,
      markdown:
        'Nothing is scheduled here: something in this prompt (often a lone `|` or a backslash at its end) keeps the web UI from reading schedules, so all of them stay text.',
    };
  }
  if (item.type === 'schedule') return { range, markdown: explainSchedule(document, item, resolved.steps) };
  const options = item.options.map((option) => {
    const first = option[0];
    const last = option.at(-1);
    return first && last
      ? code(document.text.slice(first.range.start, last.range.end).trim() || ' ')
      : 'nothing';
  });
  return {
    range,
    markdown: `Takes turns at every step: ${options.join(', then ')}, and from the start again.`,
  };
}

/** `when` with a point is a share of the steps, without one a step. */
function explainSchedule(document: Document, item: Schedule, steps: number): string {
  const written = item.when.text.trim();
  const isShare = written.includes('.');
  const step = Math.min(steps, Math.trunc(isShare ? item.when.value * steps : item.when.value));
  const from = textOf(document, item.from);
  const to = textOf(document, item.to);
  const share = isShare ? ` (${shortNumber(item.when.value * 100)} % of ${steps})` : ` of ${steps}`;
  if (Number.isNaN(step)) return 'The number that says when to switch is not one.';
  if (step <= 0) return `Uses ${to ?? 'nothing'} from the first step on.`;
  if (step >= steps) {
    return `Uses ${from ?? 'nothing'} for all ${steps} steps: ${to ?? 'the end'} would begin after step ${step}${share}, which is never.`;
  }
  if (from === undefined) return `Adds ${to ?? 'nothing'} after step ${step}${share}.`;
  if (to === undefined) return `Uses ${from} up to step ${step}${share}, then leaves it out.`;
  return `Uses ${from} up to step ${step}${share}, then ${to}.`;
}

function textOf(document: Document, items: Schedule['from']): string | undefined {
  const first = items?.[0];
  const last = items?.at(-1);
  if (!first || !last) return undefined;
  const text = document.text.slice(first.range.start, last.range.end).trim();
  return text === '' ? undefined : code(text);
}
