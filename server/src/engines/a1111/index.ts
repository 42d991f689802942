import { randomUUID } from 'node:crypto';
import type { EngineDefinition } from '../../shared/engines';
import { type Result, success } from '../../shared/problem';
import { createHttpClient } from '../http/client';
import { REMOTE_TIMES, type RemoteEngine, type RemoteTimes } from '../remote';
import { generateOnA1111 } from './generate';
import { type A1111State, readA1111 } from './library';

/** A web UI of the A1111 family as an engine. Nothing is sent before the first call. */
export function createA1111(
  definition: EngineDefinition & { readonly url: string },
  secret: string | undefined,
  times: RemoteTimes = REMOTE_TIMES,
): RemoteEngine {
  const http = createHttpClient(definition.url, secret);
  const disposed = new AbortController();
  let state: Promise<Result<A1111State>> | undefined;

  const stateNow = async (anew = false): Promise<Result<A1111State>> => {
    if (anew) state = undefined;
    state ??= readA1111(definition, http);
    const mine = state;
    const read = await mine;
    // A server that was away is asked again the next time.
    if (!read.ok && state === mine) state = undefined;
    return read;
  };

  return {
    name: definition.name,
    type: 'a1111',
    url: http.url,
    capacity: 1,
    async library(options) {
      const read = await stateNow(options?.anew);
      return read.ok ? success(read.value.library) : read;
    },
    async generate(plan, request) {
      if (request.signal?.aborted) return { type: 'cancelled' };
      const read = await stateNow();
      if (!read.ok) return { type: 'failed', problem: read.problem, didNothing: true };
      return generateOnA1111({
        ...{ definition, http, times, plan, request },
        state: read.value,
        disposed: disposed.signal,
        newId: randomUUID,
      });
    },
    async dispose() {
      disposed.abort();
    },
  };
}
