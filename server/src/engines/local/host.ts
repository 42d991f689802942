import type { BakePlan, BakeResult } from '../../shared/bake';
import type {
  EngineEvent,
  EngineOptions,
  EnginePhase,
  EngineRequest,
  GenerationResult,
  StepPicture,
} from '../../shared/engineProtocol';
import type { Measurement, MeasurePlan } from '../../shared/measurement';
import type { GenerationPlan } from '../../shared/plan';
import type { Problem } from '../../shared/problem';
import type { EngineLog } from '../log';
import { createCrashLog } from './crashLog';
import { type EngineProcess, startEngine } from './engineProcess';

export interface EngineHostOptions {
  /** Path of the engine's bundle, `engine.js`. */
  readonly enginePath: string;
  /** Options of every job; a function is asked anew for each. */
  readonly options: EngineOptions | (() => EngineOptions);
  readonly log: EngineLog;
  /** A new request replaces those still waiting. Default false: they are worked off in order. */
  readonly newestWins?: boolean;
  /** Milliseconds the process may take to answer for the first time. Default 30 000. */
  readonly readyTimeoutMs?: number;
  /** Milliseconds between a cancel and the kill. Default 2000. */
  readonly cancelGraceMs?: number;
  /** Executable for the process. Default: the running one. */
  readonly execPath?: string;
}

export interface EngineProgress {
  readonly phase: EnginePhase;
  readonly step: number;
  readonly of: number;
  readonly picture?: StepPicture;
  /** Share of all sampling that is done, 0 … 1; from the first step on. */
  readonly overall?: number;
  /** Which pass this is, where there are several. */
  readonly pass?: { readonly index: number; readonly of: number };
}

/** How a caller hears of a job, and stops it. */
export interface JobRequest {
  readonly onProgress?: (progress: EngineProgress) => void;
  /** Aborting cancels: before the next step, or by force after the grace time. */
  readonly signal?: AbortSignal;
}

export interface GenerateRequest extends JobRequest {
  /** Where the PNG goes. */
  readonly outputPath: string;
}

export type Outcome<T> =
  | { readonly type: 'done'; readonly result: T }
  | { readonly type: 'cancelled' }
  | { readonly type: 'failed'; readonly problem: Problem };
export type GenerateOutcome = Outcome<GenerationResult>;

/** The engine as its callers see it: jobs in, outcomes out. Never throws, never rejects. */
export interface EngineHost {
  generate(plan: GenerationPlan, request: GenerateRequest): Promise<GenerateOutcome>;
  /** Writes a copy of a model with networks merged into its weights. A cancelled one can be continued later. */
  bake(plan: BakePlan, request: JobRequest): Promise<Outcome<BakeResult>>;
  /** Says how much networks change a model's weights. */
  measure(plan: MeasurePlan, request: JobRequest): Promise<Outcome<Measurement>>;
  /** Process id of the engine while one runs. */
  readonly pid: number | undefined;
  /** Cancels everything and ends the process; resolves when it is gone. */
  dispose(): Promise<void>;
}

type JobMessage = (
  job: number,
  options: EngineOptions,
) => Exclude<EngineRequest, { type: 'cancel' | 'shutdown' }>;

interface Job {
  readonly id: number;
  readonly message: JobMessage;
  readonly request: JobRequest;
  /** A newer job of its kind takes its place while it waits, where the host was told so. */
  readonly isReplaceable: boolean;
  /** Milliseconds between a cancel and the kill. */
  readonly graceMs: number;
  settled: boolean;
  settle(outcome: Outcome<unknown>): void;
}

const CANCELLED = { type: 'cancelled' } as const;

/**
 * Measuring hears of a cancel between two weights, and a large one of a kind that has to be multiplied out takes seconds. A
 * kill would cost the open model, which takes longer to open again.
 */
const MEASURING_GRACE_MS = 15_000;

/**
 * Keeps one engine process: starts it on the first job, runs one job at a time, starts a new one after a crash or a kill
 * and gives up for a while when it keeps crashing. A crash costs the job that ran, never one that waits.
 */
export function createEngineHost(options: EngineHostOptions): EngineHost {
  const { log } = options;
  const crashes = createCrashLog();
  const queue: Job[] = [];
  let running: Job | undefined;
  let engine: EngineProcess | undefined;
  let killTimer: NodeJS.Timeout | undefined;
  let nextId = 1;
  let isDisposed = false;

  const finish = (job: Job, outcome: Outcome<unknown>) => {
    clearTimeout(killTimer);
    if (running === job) running = undefined;
    job.settle(outcome);
    void pump();
  };

  const onEvent = (event: EngineEvent) => {
    if (event.type === 'log') log(event.level, event.message);
    if (event.type === 'log' || event.type === 'ready' || event.job !== running?.id) return;
    const job = running;
    if (event.type === 'progress') {
      const { phase, step, of, picture, overall, pass } = event;
      if (!job.request.signal?.aborted)
        job.request.onProgress?.({
          ...{ phase, step, of },
          ...(picture !== undefined && { picture }),
          ...(overall !== undefined && { overall }),
          ...(pass !== undefined && { pass }),
        });
    } else if (event.type === 'done') finish(job, { type: 'done', result: event.result });
    else if (event.type === 'cancelled') finish(job, CANCELLED);
    else finish(job, { type: 'failed', problem: event.problem });
  };

  const onExit = (process: EngineProcess, how: string) => {
    if (engine === process) engine = undefined;
    const job = running;
    if (!process.isKilled) crashes.add();
    if (!job || !process.isReady) return;
    if (job.request.signal?.aborted || isDisposed) finish(job, CANCELLED);
    else {
      log('error', `The engine process ended (${how}) while it was at work.`);
      finish(job, { type: 'failed', problem: crashProblem(how) });
    }
  };

  const pump = async (): Promise<void> => {
    if (running || isDisposed) return;
    const job = queue.shift();
    if (!job) return;
    running = job;
    if (!engine) {
      if (crashes.isTooMany()) return finish(job, { type: 'failed', problem: tooManyProblem() });
      engine = startEngine({
        enginePath: options.enginePath,
        execPath: options.execPath,
        readyTimeoutMs: options.readyTimeoutMs ?? 30_000,
        log,
        onEvent,
        onExit,
      });
    }
    const current = engine;
    const ready = await current.ready;
    if (running !== job) return;
    if (!ready.ok) return finish(job, { type: 'failed', problem: ready.problem });
    if (job.request.signal?.aborted) return finish(job, CANCELLED);
    const jobOptions = typeof options.options === 'function' ? options.options() : options.options;
    current.send(job.message(job.id, jobOptions));
  };

  const cancel = (job: Job) => {
    const waiting = queue.indexOf(job);
    if (waiting >= 0) {
      queue.splice(waiting, 1);
      job.settle(CANCELLED);
    } else if (running === job) {
      const current = engine;
      current?.send({ type: 'cancel', job: job.id });
      killTimer = setTimeout(() => {
        if (running !== job) return;
        log('warn', 'The engine did not stop in time and was ended.');
        current?.kill();
      }, job.graceMs);
    }
  };

  const { cancelGraceMs = 2000 } = options;

  /** `T` is what the engine answers the message with. */
  const submit = <T>(
    message: JobMessage,
    request: JobRequest,
    { isReplaceable = false, graceMs = cancelGraceMs } = {},
  ): Promise<Outcome<T>> =>
    new Promise((resolve) => {
      if (isDisposed || request.signal?.aborted) return resolve(CANCELLED);
      const onAbort = () => cancel(job);
      const job: Job = {
        id: nextId++,
        message,
        request,
        isReplaceable,
        graceMs,
        settled: false,
        settle(outcome) {
          if (this.settled) return;
          this.settled = true;
          request.signal?.removeEventListener('abort', onAbort);
          resolve(outcome as Outcome<T>);
        },
      };
      request.signal?.addEventListener('abort', onAbort, { once: true });
      if (options.newestWins && isReplaceable) {
        for (const waiting of queue.filter((one) => one.isReplaceable)) {
          queue.splice(queue.indexOf(waiting), 1);
          waiting.settle(CANCELLED);
        }
      }
      queue.push(job);
      void pump();
    });

  return {
    generate: (plan, request) =>
      submit(
        (job, own) => ({ type: 'generate', job, plan, options: own, outputPath: request.outputPath }),
        request,
        { isReplaceable: true },
      ),
    bake: (plan, request) => submit((job, own) => ({ type: 'bake', job, plan, options: own }), request),
    measure: (plan, request) =>
      submit((job, own) => ({ type: 'measure', job, plan, options: own }), request, {
        graceMs: Math.max(cancelGraceMs, MEASURING_GRACE_MS),
      }),
    get pid() {
      return engine?.pid;
    },
    async dispose() {
      isDisposed = true;
      clearTimeout(killTimer);
      for (const job of queue.splice(0)) job.settle(CANCELLED);
      const current = engine;
      running?.settle(CANCELLED);
      running = undefined;
      await current?.stop();
    },
  };
}

function crashProblem(how: string): Problem {
  return {
    code: 'engine-crashed',
    message: `The engine process ended unexpectedly (${how}); what it was making is lost.`,
    remedy:
      'Try again: a new process is started. If it happens again, use a smaller size or a smaller model.',
  };
}

function tooManyProblem(): Problem {
  return {
    code: 'engine-crashing',
    message:
      'The engine process has crashed five times within three minutes and is not started again for now.',
    remedy: 'Look into the log for the reason, free some memory, and try again in a few minutes.',
  };
}
