import type { GenerationPlan } from '../../shared/plan';
import type { Problem } from '../../shared/problem';
import type { Engine, EngineProgress, GenerateOutcome } from '../engine';
import { pause as realPause } from '../remote';

/** One picture. Its plan is the engine's own, because each engine has names of its own for the same files. */
export interface QueueJob {
  /** By engine name; an engine without an entry cannot draw it. */
  readonly plans: ReadonlyMap<string, GenerationPlan>;
  /** Made when it is the picture's turn, since the name may hold the time. */
  outputPath(): string;
}

export interface QueueHooks {
  readonly signal?: AbortSignal;
  readonly onStart?: (job: number, engine: Engine) => void;
  readonly onProgress?: (job: number, engine: Engine, progress: EngineProgress) => void;
  /**
   * Told in the order of the jobs: a picture that is done before an earlier one is told after it. Without an engine the job
   * was never started.
   */
  readonly onSettled?: (job: number, outcome: GenerateOutcome, engine: Engine | undefined) => void;
  /** An engine gets no further jobs. */
  readonly onRetired?: (engine: Engine, problem: Problem) => void;
  /** Waits; tests bring a clock of their own. */
  readonly pause?: (ms: number, signal?: AbortSignal) => Promise<void>;
}

/** Times in a row that an engine may be away before it gets no further jobs. */
const MAX_MISSES = 4;
const FIRST_PAUSE_MS = 1000;

/** Problems that no second try on the same engine cures, and that say nothing about the job. */
const RETIRING: ReadonlySet<string> = new Set([
  'engine-not-allowed',
  'engine-not-found',
  'engine-api-off',
  'engine-bad-url',
  'engine-redirects',
]);

/** Failures that every further job of an engine would have as well: no engine process can be started. */
const FATAL: ReadonlySet<string> = new Set([
  'engine-start',
  'engine-start-timeout',
  'engine-protocol',
  'engine-crashing',
]);

/**
 * Draws many pictures on one engine or several: each engine takes the next job as soon as it is free. Every job ends
 * exactly once. A job goes back to the front of the line only where its engine did nothing for it and could not be
 * reached; a job that failed while it was drawn fails, and the others go on.
 *
 * @returns the outcomes, in the order of the jobs
 */
export async function runQueue(
  jobs: readonly QueueJob[],
  engines: readonly Engine[],
  hooks: QueueHooks = {},
): Promise<GenerateOutcome[]> {
  const { signal, pause = realPause } = hooks;
  const waiting = jobs.map((_, index) => index);
  const outcomes: (GenerateOutcome | undefined)[] = jobs.map(() => undefined);
  const drawnBy: (Engine | undefined)[] = jobs.map(() => undefined);
  const retired = new Map<Engine, Problem>();
  let told = 0;
  let working = 0;
  let isCancelled = false;
  let wake = (): void => undefined;
  let change = new Promise<void>((resolve) => {
    wake = resolve;
  });
  const changed = () => {
    wake();
    change = new Promise((resolve) => {
      wake = resolve;
    });
  };

  const settle = (job: number, outcome: GenerateOutcome, engine: Engine | undefined) => {
    outcomes[job] = outcome;
    drawnBy[job] = engine;
    for (let next = outcomes[told]; next !== undefined; next = outcomes[told]) {
      hooks.onSettled?.(told, next, drawnBy[told]);
      told++;
    }
  };
  const retire = (engine: Engine, problem: Problem) => {
    if (retired.has(engine)) return;
    retired.set(engine, problem);
    hooks.onRetired?.(engine, problem);
  };
  const putBack = (job: number) => {
    const at = waiting.findIndex((other) => other > job);
    waiting.splice(at < 0 ? waiting.length : at, 0, job);
  };
  const takeFor = (engine: Engine): number | undefined => {
    const at = waiting.findIndex((job) => jobs[job]?.plans.has(engine.name));
    return at < 0 ? undefined : waiting.splice(at, 1)[0];
  };

  async function work(engine: Engine): Promise<void> {
    let misses = 0;
    while (!signal?.aborted && !isCancelled && !retired.has(engine)) {
      const job = takeFor(engine);
      if (job === undefined) {
        // A job that another engine gives back may still come.
        if (working === 0) return;
        await change;
        continue;
      }
      working++;
      hooks.onStart?.(job, engine);
      const { plans } = jobs[job]!;
      const outcome = await engine.generate(plans.get(engine.name)!, {
        outputPath: jobs[job]!.outputPath(),
        ...(signal && { signal }),
        onProgress: (progress) => hooks.onProgress?.(job, engine, progress),
      });
      working--;
      const isAway = outcome.type === 'failed' && outcome.didNothing === true;
      if (isAway && outcome.problem.code === 'engine-unreachable') {
        putBack(job);
        misses++;
        if (misses >= MAX_MISSES) retire(engine, outcome.problem);
        changed();
        if (!retired.has(engine)) await pause(FIRST_PAUSE_MS * 2 ** (misses - 1), signal);
        continue;
      }
      if (isAway && RETIRING.has(outcome.problem.code)) {
        putBack(job);
        retire(engine, outcome.problem);
      } else {
        misses = 0;
        if (outcome.type === 'cancelled') isCancelled = true;
        settle(job, outcome, engine);
        if (outcome.type === 'failed' && FATAL.has(outcome.problem.code)) retire(engine, outcome.problem);
      }
      changed();
    }
    changed();
  }

  await Promise.all(
    engines.flatMap((engine) => Array.from({ length: Math.max(1, engine.capacity) }, () => work(engine))),
  );
  // What nobody can draw any more ends with the reason why.
  for (const job of waiting.splice(0)) {
    const why = engines.map((engine) => retired.get(engine)).findLast((problem) => problem !== undefined);
    settle(
      job,
      signal?.aborted || isCancelled || why === undefined
        ? { type: 'cancelled' }
        : { type: 'failed', problem: why, didNothing: true },
      undefined,
    );
  }
  return outcomes.map((outcome) => outcome ?? { type: 'cancelled' });
}
