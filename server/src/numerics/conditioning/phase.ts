/** Where in a run the model is asked. */
export interface Moment {
  /** Zero-based count of model evaluations: two per step for some samplers. */
  readonly evaluation: number;
}

/**
 * Index of the phase of an edited prompt that is in force. The web UI counts model evaluations from 0 and stays in a phase
 * while the count is at most its end; for samplers that evaluate the model twice a step it resolves prompts for twice the
 * steps. Past the last end it uses the first phase again.
 * @param endSteps last evaluation of each phase, ascending.
 */
export function phaseIndex(endSteps: readonly number[], { evaluation }: Moment): number {
  return Math.max(
    0,
    endSteps.findIndex((end) => evaluation <= end),
  );
}
