import type { ServerLibrary } from '../shared/engines';
import type { Result } from '../shared/problem';
import type { Engine } from './engine';

/** A server that draws. */
export interface RemoteEngine extends Engine {
  /** The address without secrets. */
  readonly url: string;
  /** What the server has; read once and then remembered, unless it is asked for anew. */
  library(options?: {
    readonly anew?: boolean;
    readonly signal?: AbortSignal;
  }): Promise<Result<ServerLibrary>>;
}

/** Times of waiting; tests shorten them. */
export interface RemoteTimes {
  /** Milliseconds between two looks at the progress. */
  readonly poll: number;
  /** Milliseconds to wait for a server that was lost during a job to come back. */
  readonly restart: number;
  /** Milliseconds that a cancel may take before the caller is let go. */
  readonly cancel: number;
}

export const REMOTE_TIMES: RemoteTimes = { poll: 500, restart: 20_000, cancel: 4_000 };

/** Resolves after a time, or at once when the signal aborts. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done, { once: true });
  });
}
