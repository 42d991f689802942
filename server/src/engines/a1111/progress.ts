import type { EncodedPicture, EngineProgress } from '../engine';
import type { HttpClient } from '../http/client';
import { asNumber, asObject, asText } from '../json';
import { pause } from '../remote';

/** What the server says of one job. */
export interface JobState {
  readonly active: boolean;
  readonly queued: boolean;
  readonly completed: boolean;
}

/** Asks for one job by its id; undefined where there is no answer. Progress is not an outcome: a failed job stays active. */
export async function jobState(http: HttpClient, taskId: string): Promise<JobState | undefined> {
  const answer = await http.json('/internal/progress', {
    json: { id_task: taskId, id_live_preview: -1, live_preview: false },
  });
  const state = answer.ok ? asObject(answer.value) : undefined;
  return (
    state && {
      active: state.active === true,
      queued: state.queued === true,
      completed: state.completed === true,
    }
  );
}

/** Follows one job until the signal ends it. */
export async function followJob(
  http: HttpClient,
  taskId: string,
  {
    steps,
    pollMs,
    signal,
  }: { readonly steps: number; readonly pollMs: number; readonly signal: AbortSignal },
  report: (progress: EngineProgress) => void,
): Promise<void> {
  let preview = -1;
  let misses = 0;
  while (!signal.aborted && misses < 5) {
    await pause(pollMs, signal);
    if (signal.aborted) return;
    const answer = await http.json('/internal/progress', {
      json: { id_task: taskId, id_live_preview: preview, live_preview: true },
      signal,
    });
    const state = answer.ok ? asObject(answer.value) : undefined;
    if (state === undefined) {
      misses++;
      continue;
    }
    if (signal.aborted) return;
    if (state.queued === true) {
      const [, place, all] = /(\d+)\s*\/\s*(\d+)/.exec(asText(state.textinfo) ?? '') ?? [];
      report({ phase: 'queue', step: Number(place ?? 0), of: Number(all ?? 0) });
    } else if (state.active === true) {
      const share = asNumber(state.progress) ?? 0;
      const encoded = dataUri(asText(state.live_preview));
      preview = asNumber(state.id_live_preview) ?? preview;
      if (share <= 0) report({ phase: 'load', step: 0, of: 0 });
      else
        report({
          phase: 'sample',
          step: Math.min(steps, Math.max(1, Math.round(share * steps))),
          of: steps,
          overall: Math.min(1, share),
          ...(encoded && { encoded }),
        });
    }
  }
}

/** A picture out of a `data:` URI; other texts give none. */
export function dataUri(text: string | undefined): EncodedPicture | undefined {
  const [, type, base64] =
    /^data:(image\/(?:png|jpeg|webp));base64,([A-Za-z0-9+/=]+)$/.exec(text ?? '') ?? [];
  return type === undefined || base64 === undefined
    ? undefined
    : { type: type as EncodedPicture['type'], base64 };
}
