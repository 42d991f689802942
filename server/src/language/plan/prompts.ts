import type { PlanPhase, PlanPrompt, PlanSubprompt } from '../../shared/plan';
import { failure, type Result, success } from '../../shared/problem';
import { attentionRuns, parseAttention } from '../analysis/attention';
import { resolveSchedule } from '../analysis/schedule/schedule';

/** The parts of an AND composition, their schedules still in the text. */
export type PlannedText = readonly { readonly text: string; readonly weight: number }[];

/** Conditions one prompt: every AND part with the runs in force at each step of a pass. */
export function planPrompt(
  subprompts: PlannedText,
  passes: { readonly steps: number; readonly hiresSteps?: number },
): Result<PlanPrompt> {
  const planned: PlanSubprompt[] = [];
  for (const { text, weight } of subprompts) {
    const { phases, overflow } = resolveSchedule(text, passes);
    if (overflow !== undefined)
      return failure(
        'bad-schedule',
        `The step ${overflow.when} of a schedule is too large.`,
        'Use a step up to the number of steps, or a fraction such as 0.5.',
      );
    const schedule: PlanPhase[] = [];
    for (const [endStep, phase] of phases) {
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
