import type { EngineEvent, EngineOptions } from '../shared/engineProtocol';
import type { JobHooks, JobOutcome } from './jobs/job';

type JobResult = Extract<EngineEvent, { type: 'done' }>['result'];

export interface JobRunner {
  /** Runs a job and sends its progress and its outcome. A second job at the same time fails with `engine-busy`. */
  run(
    job: number,
    options: Pick<EngineOptions, 'idleUnloadMs'>,
    start: (hooks: JobHooks) => Promise<JobOutcome<JobResult>>,
  ): Promise<void>;
  /** Cancels the job if it is the one that runs. */
  cancel(job: number): void;
}

interface JobRunnerParts {
  send(event: EngineEvent): void;
  /** Frees what stays open between jobs: after a failed job, and when no job came for a while. */
  unload(): Promise<void>;
}

/** Runs the jobs of the engine process, one at a time. */
export function createJobRunner({ send, unload }: JobRunnerParts): JobRunner {
  let current: { readonly job: number; isCancelled: boolean } | undefined;
  let idleTimer: NodeJS.Timeout | undefined;

  const log = (level: 'info' | 'error', message: string) => send({ type: 'log', level, message });

  const unloadIdle = () => {
    if (current) return;
    log('info', 'The model was unloaded: no job needed it for a while.');
    void unload();
  };

  /** A bug, or an error of the runtime in the middle of a job. */
  const failureOf = async (error: unknown) => {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    log('error', text);
    // Before the outcome is sent: the host sends the next job as soon as it has that.
    await unload().catch((reason) => log('error', `The model could not be closed: ${String(reason)}`));
    return {
      code: 'engine-failed',
      message: `The engine failed: ${error instanceof Error ? error.message.split('\n', 1)[0] : text}`,
      remedy: 'Try again with a smaller size; if it stays, report it with the log.',
    };
  };

  return {
    async run(job, { idleUnloadMs }, start) {
      if (current) {
        const problem = {
          code: 'engine-busy',
          message: 'The engine is busy with another job.',
          remedy: 'Wait until it is done, or cancel it.',
        };
        return send({ type: 'failed', job, problem });
      }
      const state = { job, isCancelled: false };
      current = state;
      clearTimeout(idleTimer);
      let outcome: JobOutcome<JobResult>;
      try {
        outcome = await start({
          isCancelled: () => state.isCancelled,
          progress: (progress) => send({ type: 'progress', job, ...progress }),
        });
      } catch (error) {
        outcome = { type: 'failed', problem: await failureOf(error) };
      }
      current = undefined;
      if (idleUnloadMs > 0) idleTimer = setTimeout(unloadIdle, idleUnloadMs);
      send({ ...outcome, job });
    },
    cancel(job) {
      if (current?.job === job) current.isCancelled = true;
    },
  };
}
