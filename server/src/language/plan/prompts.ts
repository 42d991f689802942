import type { PlanParameters, PlanPhase, PlanPrompt, PlanSubprompt } from '../../shared/plan';
import { failure, type Result, success } from '../../shared/problem';
import { attentionRuns, parseAttention } from '../analysis/attention';
import { resolveSchedule } from '../analysis/schedule/schedule';

/** The parts of an AND composition, their schedules still in the text. */
export type PlannedText = readonly { readonly text: string; readonly weight: number }[];

export interface PromptOptions {
  readonly steps: number;
  readonly hiresSteps?: number;
  /** Numbers of schedules as before version 1.6 of the web UI. */
  readonly useOldScheduling?: boolean;
  /** Brackets and BREAK are text: `Emphasis: None`. */
  readonly isLiteral?: boolean;
}

/** How the parameters want prompts read. */
export function readingOf({
  emphasis,
  oldTimelines,
}: PlanParameters): Pick<PromptOptions, 'isLiteral' | 'useOldScheduling'> {
  return {
    ...(emphasis === 'None' && { isLiteral: true }),
    ...(oldTimelines && { useOldScheduling: true }),
  };
}

/** Conditions one prompt: every AND part with the runs in force at each step of a pass. */
export function planPrompt(subprompts: PlannedText, options: PromptOptions): Result<PlanPrompt> {
  const planned: PlanSubprompt[] = [];
  for (const { text, weight } of subprompts) {
    const { phases, overflow } = resolveSchedule(text, options);
    if (overflow !== undefined)
      return failure(
        'bad-schedule',
        `The step ${overflow.when} of a schedule is too large.`,
        'Use a step up to the number of steps, or a fraction such as 0.5.',
      );
    const schedule: PlanPhase[] = [];
    for (const [endStep, phase] of phases) {
      if (options.isLiteral) {
        schedule.push({ endStep, runs: [[phase, 1]] });
        continue;
      }
      const { pieces, error } = parseAttention(phase);
      if (error !== undefined)
        return failure(
          'bad-attention-weight',
          `A weight is not a number: \`${phase.slice(error.start, error.end)}\`. The web UI fails on it as well.`,
          'Write one number such as 1.2, or escape the bracket with a backslash.',
        );
      schedule.push({ endStep, runs: attentionRuns(pieces) });
    }
    planned.push({ weight, schedule });
  }
  return success({ subprompts: planned });
}
