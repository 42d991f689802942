import type { BakePlan, BakeResult } from '../../shared/bake';
import type { EngineEvent, EngineOptions, EngineRequest } from '../../shared/engineProtocol';
import type { Measurement, MeasurePlan } from '../../shared/measurement';
import type { GenerationPlan } from '../../shared/plan';
import type { Problem } from '../../shared/problem';
import type { GenerateOutcome, GenerateRequest, JobRequest, Outcome } from '../engine';
import type { EngineLog } from '../log';
import { createCrashLog } from './crashLog';
import { type EngineProcess, startEngine } from './engineProcess';
import { missingRuntime } from './runtimeInstalled';

export interface EngineHostOptions {
  /** Path of the engine's bundle, `engine.js`. */
  readonly enginePath: string;
  /** Options of every job; a function is called for each job. */
  readonly options: EngineOptions | (() => EngineOptions);
  readonly log: EngineLog;
  /** A new request replaces those that still wait. Default false: they run in order. */
  readonly newestWins?: boolean;
  /** Milliseconds the process may take to answer for the first time. Default 30 000. */
  readonly readyTimeoutMs?: number;
  /** Milliseconds between a cancel and the kill. Default 2000. */
  readonly cancelGraceMs?: number;
  /** Executable for the process. Default: the running one. */
  readonly execPath?: string;
}

export type { EngineProgress, GenerateOutcome, GenerateRequest, JobRequest, Outcome } from '../engine';

/** The engine as its callers see it: jobs in, outcomes out. Never throws, never rejects. */
export interface EngineHost {
  generate(plan: GenerationPlan, request: GenerateRequest): Promise<GenerateOutcome>;
  /** Writes a copy of a model with LoRAs merged into its weights. A cancelled one can be continued later. */
  bake(plan: BakePlan, request: JobRequest): Promise<Outcome<BakeResult>>;
  /** Computes how much LoRAs change a model's weights. */
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
  /** With `newestWins`, a newer job replaces this one while it waits. */
  readonly isReplaceable: boolean;
  /** Milliseconds between a cancel and the kill. */
  readonly graceMs: number;
  settled: boolean;
  settle(outcome: Outcome<unknown>): void;
}

const CANCELLED = { type: 'cancelled' } as const;

/** Ctrl+C in a terminal reaches every process of its group, the engine before its handlers are set as well. */
const INTERRUPTED = 'SIGINT';

/**
 * Measuring checks for a cancel between two weights, and a large LoKr or LoHa delta takes seconds to compute. Killing the
 * process would close the open model, which takes longer to open again.
 */
const MEASURING_GRACE_MS = 15_000;

/**
 * Keeps one engine process: starts it on the first job, runs one job at a time, starts a new process after a crash or a
 * kill, and refuses jobs for a while after five failures. A crash costs the job that ran, never one that waits.
 */
export function createEngineHost(options: EngineHostOptions): EngineHost {
  const { log } = options;
  const crashes = createCrashLog();
  const queue: Job[] = [];
  const interrupted = new WeakSet<EngineProcess>();
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
    const isInterrupted = how === INTERRUPTED;
    if (isInterrupted) interrupted.add(process);
    if (!process.isKilled && !isInterrupted) crashes.add();
    if (!job || !process.isReady) return;
    if (job.request.signal?.aborted || isDisposed || isInterrupted) finish(job, CANCELLED);
    else {
      log('error', `The engine process ended (${how}) during a job.`);
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
      const missing = missingRuntime(options.enginePath);
      if (missing) return finish(job, { type: 'failed', problem: missing.problem });
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
    if (!ready.ok && engine === current) {
      // The next job starts a process of its own: this one may take a while to exit.
      engine = undefined;
      if (ready.problem.code === 'engine-start-timeout') crashes.add();
    }
    if (running !== job) return;
    if (!ready.ok)
      return finish(job, interrupted.has(current) ? CANCELLED : { type: 'failed', problem: ready.problem });
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
      // The process has not got the job yet; it may go on starting for the next one.
      if (!current?.isReady) return finish(job, CANCELLED);
      current.send({ type: 'cancel', job: job.id });
      killTimer = setTimeout(() => {
        if (running !== job) return;
        log('warn', 'The engine did not stop in time and was killed.');
        current.kill();
      }, job.graceMs);
    }
  };

  const { cancelGraceMs = 2000 } = options;

  /** `T` is the type of the result. */
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
  const isKilled = how === 'SIGKILL';
  return {
    code: 'engine-crashed',
    message: `The engine process ended unexpectedly (${how}); the picture it was making is lost.`,
    remedy: isKilled
      ? 'The system killed it, most often because memory is short: use a smaller size or a smaller model, or close other programs.'
      : 'Try again: a new process is started. If it happens again, use a smaller size or a smaller model.',
  };
}

function tooManyProblem(): Problem {
  return {
    code: 'engine-crashing',
    message:
      'The engine process has failed five times within three minutes and is not started again for now.',
    remedy: 'Read the log for the reason, free some memory, and try again in a few minutes.',
  };
}
