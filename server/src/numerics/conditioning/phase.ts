/** Where in a run the model is asked. */
export interface Moment {
  /** Zero-based step, and zero-based count of model runs: two per step for some samplers. */
  readonly step: number;
  readonly evaluation: number;
}

/**
 * Index of the phase of an edited prompt that is in force. The web UI counts model runs from 0 and stays in a phase
 * while the count is at most its end; for samplers that run the model twice a step it resolves prompts for twice the
 * steps. A schedule that ends beyond `steps` was resolved so, any other counts steps.
 * @param endSteps last step of each phase, ascending.
 */
export function phaseIndex(endSteps: readonly number[], moment: Moment, steps: number): number {
  const countsEvaluations = (endSteps.at(-1) ?? 0) > steps;
  const now = countsEvaluations ? moment.evaluation : moment.step;
  const index = endSteps.findIndex((end) => now <= end);
  return index === -1 ? Math.max(0, endSteps.length - 1) : index;
}
