import type { WeightedRun } from '../../shared/plan';
import { attentionRuns, parseAttention } from './attention';
import type { ResolvedPrompt } from './resolved';
import { resolveSchedule } from './schedule/schedule';

/** One part of an AND composition with what the web UI makes of it. */
export interface ResolvedPart {
  readonly text: string;
  readonly weight: number;
  /** `[[end_step, text], …]` */
  readonly schedule: readonly (readonly [endStep: number, text: string])[];
  /** Runs of the first phase. */
  readonly attention: readonly WeightedRun[];
}

/** Every AND part of a prompt; one part for a prompt without AND. */
export function resolveParts(prompt: ResolvedPrompt, steps: number): ResolvedPart[] {
  return prompt.subprompts.map(({ text, weight }) => {
    const schedule = resolveSchedule(text, { steps }).phases;
    return {
      text,
      weight,
      schedule,
      attention: attentionRuns(parseAttention(schedule[0]?.[1] ?? '').pieces),
    };
  });
}
