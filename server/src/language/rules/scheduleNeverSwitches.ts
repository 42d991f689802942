import { parameterOf } from '../domain/models';
import type { Schedule } from '../syntax/nodes';
import type { Fix, Rule, RuleContext } from './rule';
import { looksLikeBracketWeight } from './support/suspicious';
import type { PromptView } from './view/prompts';

/** A schedule whose moment lies before the first step or after the last. */
export const scheduleNeverSwitches: Rule = {
  id: 'schedule-never-switches',
  description:
    'A schedule switches before the first step or after the last, so one of its texts is never used.',
  tags: ['schedule'],
  severity: 'warning',
  fixable: 'unsafe',
  check(context, _options, report) {
    for (const view of context.prompts) {
      if (view.resolved.scheduleFailed) continue;
      for (const { item } of view.outline.schedules) {
        if (looksLikeBracketWeight(item)) continue;
        const when = moment(item, view);
        if (!when) continue;
        const { steps } = view.block.resolved;
        const text = context.document.text.slice(item.range.start, item.range.end);
        const why = reason(item, when, steps);
        report({
          range: item.range,
          message: `${effect(item, when, context)}: ${why}. Write a fraction between 0 and 1 with a point, such as \`0.5\`, or a step ${steps > 1 ? `between 1 and ${steps - 1}` : 'of the run'}.`,
          fixes: fixesFor(item, when, text, context),
        });
      }
    }
  },
};

/** `never`: not before the last step has been made; `at-once`: the first step is already the other text's. */
type Moment = 'never' | 'at-once';

function moment(schedule: Schedule, view: PromptView): Moment | undefined {
  const { value, text } = schedule.when;
  if (Number.isNaN(value)) return undefined;
  const { steps } = view.block.resolved;
  const { tree } = view.block;
  // Without `Steps:` nobody knows how many there will be, and only what is true of any number can be said.
  const known = parameterOf(tree, 'Steps') !== undefined;
  const fraction = text.includes('.');
  if (value <= 0 || (!fraction && value < 1) || (fraction && known && value * steps < 1)) return 'at-once';
  if (fraction ? value < 1 : !known || value < steps) return undefined;
  // A second, larger pass counts on from the first: fractions above 1 and steps beyond the first pass switch there.
  const hires = tree.parameters.some((parameter) => parameter.key.startsWith('Hires'));
  return hires && (fraction ? value > 1 : value > steps) ? undefined : 'never';
}

function reason(schedule: Schedule, when: Moment, steps: number): string {
  const { text } = schedule.when;
  if (text.includes('.'))
    return `\`${text}\` of ${steps} steps is ${when === 'never' ? 'the last step or later' : 'before the first'}`;
  if (/e/iu.test(text))
    return `\`${text}\` has no point, so it counts as a step, and there is no step before 1`;
  if (when === 'at-once') return `\`${text}\` is a step, and the first step is 1`;
  return `\`${text}\` is a step, and this block makes ${steps}`;
}

function side(items: readonly unknown[] | undefined): boolean {
  return items !== undefined && items.length > 0;
}

function effect(schedule: Schedule, when: Moment, context: RuleContext): string {
  const from = side(schedule.from) ? words(schedule, 'from', context) : '';
  const to = words(schedule, 'to', context);
  if (when === 'never') return to ? `\`${to}\` is never used` : `\`${from}\` is never removed`;
  if (from) return `\`${from}\` is never used`;
  return `\`${to}\` is there from the first step, as without the brackets`;
}

function words(schedule: Schedule, part: 'from' | 'to', context: RuleContext): string {
  const items = part === 'from' ? schedule.from : schedule.to;
  const first = items?.[0];
  const last = items?.[items.length - 1];
  return first && last ? context.document.text.slice(first.range.start, last.range.end).trim() : '';
}

function fixesFor(schedule: Schedule, when: Moment, text: string, context: RuleContext): Fix[] {
  const kept = words(schedule, when === 'never' ? 'from' : 'to', context);
  if (kept === '') return [];
  return [
    {
      title: `Replace ${text.length > 40 ? 'the schedule' : `\`${text}\``} by what is used: \`${kept}\``,
      safe: false,
      edits: [{ range: schedule.range, newText: kept }],
    },
  ];
}
