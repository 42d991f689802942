import type { EnginePhase } from '../../../shared/engineProtocol';
import type { JobHooks, JobProgress } from '../job';
import type { StepReport } from './passes';

/** Measures the phases of one picture and reports its progress. The overall share never decreases. */
export function createClock(hooks: JobHooks) {
  const start = performance.now();
  const timings: Partial<Record<EnginePhase | 'total', number>> = {};
  let phase: EnginePhase | undefined;
  let since = start;
  let position: Pick<JobProgress, 'overall' | 'pass'> = {};
  const close = () => {
    const now = performance.now();
    // A phase may come twice: a hires fix samples twice.
    if (phase) timings[phase] = (timings[phase] ?? 0) + now - since;
    since = now;
  };
  return {
    enter(next: EnginePhase, of = 1, step = 0): void {
      close();
      phase = next;
      hooks.progress({ phase: next, step, of, ...position });
    },
    step({ step, of, picture, overall, pass }: StepReport): void {
      // A pass may turn out to have more steps than was computed at first.
      position = { overall: Math.max(position.overall ?? 0, overall), ...(pass && { pass }) };
      hooks.progress({ phase: 'sample', step, of, ...(picture && { picture }), ...position });
    },
    /** Milliseconds by phase, and `total`. */
    finish() {
      close();
      timings.total = performance.now() - start;
      return timings;
    },
  };
}
