import type {
  EngineProgress,
  GenerateOutcome,
  GenerateRequest,
} from '../../../server/src/engines/local/host';
import type { GenerationResult } from '../../../server/src/shared/engineProtocol';
import type { BlockInfo, ResolvePlanParams, ResolvePlanResult } from '../../../server/src/shared/lspMessages';
import type { GenerationPlan } from '../../../server/src/shared/plan';
import type { Problem } from '../../../server/src/shared/problem';

/** How a run ended; exactly one of these per run. */
export type GenerationOutcome =
  | { readonly type: 'done'; readonly plan: GenerationPlan; readonly result: GenerationResult }
  | { readonly type: 'cancelled' }
  | { readonly type: 'failed'; readonly problem: Problem };

/** What a run needs from the world; the extension gives it the real thing, tests a made-up one. */
export interface GenerationDependencies {
  /** A reason not to generate at all, asked before anything else. */
  refusal(): Problem | undefined;
  resolvePlan(params: ResolvePlanParams, signal: AbortSignal): Promise<ResolvePlanResult>;
  /** A new file name in a folder that exists. */
  outputPath(plan: GenerationPlan): Promise<string>;
  generate(plan: GenerationPlan, request: GenerateRequest): Promise<GenerateOutcome>;
}

/** Told of every turn of a run, in order: started, planned, progress…, finished. */
export interface GenerationListener {
  started(request: ResolvePlanParams): void;
  planned(plan: GenerationPlan, block: BlockInfo, warnings: readonly string[]): void;
  progress(event: EngineProgress, plan: GenerationPlan): void;
  finished(outcome: GenerationOutcome): void;
}

export interface Generation {
  /** Generates one image. A run in progress is cancelled first: the newest request wins. */
  run(request: ResolvePlanParams): Promise<GenerationOutcome>;
  /** Cancels the run in progress; nothing happens when there is none. */
  cancel(): void;
  readonly running: boolean;
}

/** All steps from a position in a document to a picture on disk: plan, engine, outcome. */
export function createGeneration(
  dependencies: GenerationDependencies,
  listener: GenerationListener,
): Generation {
  let current: { readonly abort: AbortController; readonly ended: Promise<unknown> } | undefined;
  let latest = 0;

  async function attempt(request: ResolvePlanParams, signal: AbortSignal): Promise<GenerationOutcome> {
    const refused = dependencies.refusal();
    if (refused) return { type: 'failed', problem: refused };
    // Raced, so that Cancel works while the language server is busy or gone.
    const resolved = await Promise.race([dependencies.resolvePlan(request, signal), aborted(signal)]);
    if (resolved === undefined) return { type: 'cancelled' };
    if (!resolved.ok) return { type: 'failed', problem: resolved.problem };
    const { plan, block, warnings } = resolved;
    listener.planned(plan, block, warnings);
    const outputPath = await dependencies.outputPath(plan);
    if (signal.aborted) return { type: 'cancelled' };
    const outcome = await dependencies.generate(plan, {
      outputPath,
      signal,
      onProgress: (event) => {
        if (!signal.aborted) listener.progress(event, plan);
      },
    });
    return outcome.type === 'done' ? { type: 'done', plan, result: outcome.result } : outcome;
  }

  return {
    async run(request) {
      latest += 1;
      const ticket = latest;
      current?.abort.abort();
      await current?.ended;
      // Several presses while the first one was stopping: only the last of them runs.
      if (ticket !== latest) return { type: 'cancelled' };
      const abort = new AbortController();
      listener.started(request);
      const work = attempt(request, abort.signal).catch(
        (error: unknown): GenerationOutcome => ({ type: 'failed', problem: unexpected(error) }),
      );
      const mine = { abort, ended: work };
      current = mine;
      const outcome = await work;
      if (current === mine) current = undefined;
      listener.finished(outcome);
      return outcome;
    },
    cancel() {
      latest += 1;
      current?.abort.abort();
    },
    get running() {
      return current !== undefined;
    },
  };
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}

function unexpected(error: unknown): Problem {
  return {
    code: 'unexpected',
    message: `Something went wrong inside the extension: ${error instanceof Error ? error.message : String(error)}`,
    remedy: 'The log has the details. Restart the language server or the engine, then generate again.',
  };
}
