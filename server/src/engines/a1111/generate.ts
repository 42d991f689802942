import { readFile } from 'node:fs/promises';
import type { EngineDefinition } from '../../shared/engines';
import type { GenerationPlan } from '../../shared/plan';
import { failure, type Problem, type Result, success } from '../../shared/problem';
import type { GenerateOutcome, GenerateRequest } from '../engine';
import type { HttpClient } from '../http/client';
import { refused } from '../http/problems';
import { asArray, asNumber, asObject, asText, type JsonObject } from '../json';
import { pause, type RemoteTimes } from '../remote';
import { type ReceivedPicture, receivedPicture, saveReceived } from '../saveAnswer';
import { compareAnswer, drawnCheckpoint } from './compare';
import type { A1111State } from './library';
import { traitsOf } from './programs';
import { followJob, jobState } from './progress';
import { type A1111Request, a1111Request } from './request';
import { putBack } from './settings';

export interface A1111Job {
  readonly definition: EngineDefinition;
  readonly http: HttpClient;
  readonly state: A1111State;
  readonly times: RemoteTimes;
  readonly plan: GenerationPlan;
  readonly request: GenerateRequest;
  /** Ends what goes on in the background when the engine is disposed of. */
  readonly disposed: AbortSignal;
  readonly newId: () => string;
}

const CANCELLED: GenerateOutcome = { type: 'cancelled' };

/** Draws one picture on a web UI. Ends exactly once, whatever the server does. */
export async function generateOnA1111(job: A1111Job): Promise<GenerateOutcome> {
  const { http, state, plan, request, newId } = job;
  const { signal } = request;
  const started = performance.now();
  const init = await readInit(plan);
  if (!init.ok) return { type: 'failed', problem: init.problem, didNothing: true };
  const taskId = `task(sdprompt-${newId()})`;
  const written = a1111Request(plan, state.library, state.settings, { taskId, init: init.value });
  if (!written.ok) return { type: 'failed', problem: written.problem, didNothing: true };
  if (signal?.aborted) return CANCELLED;
  const before = await readSettings(http);
  let sent = await sendAndFollow(job, written.value, taskId);
  let again: string | undefined;
  if (sent.type === 'lost') {
    again = 'The engine restarted and no longer knew the job, so it was sent once more.';
    sent = await sendAndFollow(job, written.value, `${taskId}-again`);
    if (sent.type === 'lost') return { type: 'failed', problem: lostTwice(http.url) };
  }
  const stayed = await putBack(http, before, written.value.settings);
  if (sent.type === 'cancelled') return CANCELLED;
  if (sent.type === 'failed')
    return { type: 'failed', problem: sent.problem, ...(sent.didNothing && { didNothing: true }) };
  const { picture, info, infotext } = sent.answer;
  const path = await saveReceived(request.outputPath, picture);
  if (!path.ok) return { type: 'failed', problem: path.problem };
  const { library } = state;
  const version = asText(info.version) ?? library.version;
  const checkpoint = drawnCheckpoint(info);
  const size = picture.size ?? plan.hires ?? plan.parameters;
  const total = performance.now() - started;
  const { label } = traitsOf(library.program);
  const differences = [
    ...compareAnswer(plan, library, state.settings, { info, infotext, size: picture.size }),
    ...(sent.answer.wasInterrupted
      ? ['The job was interrupted on the server, so the picture may be unfinished.']
      : []),
  ];
  const notes = [...written.value.notes, ...(again ? [again] : []), ...stayed];
  return {
    type: 'done',
    result: {
      path: path.value,
      infotext,
      seed: asNumber(info.seed) ?? plan.parameters.seed,
      width: size.width,
      height: size.height,
      merged: [],
      provider: label,
      ...(notes.length > 0 && { notes }),
      strategy: { name: 'none', why: `The LoRAs are applied by ${label}.` },
      timings: { total },
      sessionsCreated: 0,
      engine: {
        name: job.definition.name,
        type: 'a1111',
        program: label,
        ...(version !== undefined && { version }),
        ...(checkpoint !== undefined && { checkpoint }),
        differences,
      },
    },
  };
}

interface Drawn {
  readonly picture: ReceivedPicture;
  readonly info: JsonObject;
  readonly infotext: string;
  readonly wasInterrupted: boolean;
}

type Sent =
  | { readonly type: 'drawn'; readonly answer: Drawn }
  | { readonly type: 'cancelled' }
  /** The connection was lost, and the server no longer holds the job. */
  | { readonly type: 'lost' }
  | { readonly type: 'failed'; readonly problem: Problem; readonly didNothing?: boolean };

async function sendAndFollow(job: A1111Job, written: A1111Request, taskId: string): Promise<Sent> {
  const { http, state, times, plan, request, disposed } = job;
  const { hasTaskIds } = traitsOf(state.library.program);
  const ended = new AbortController();
  request.onProgress?.({ phase: 'queue', step: 0, of: 0 });
  const body = hasTaskIds ? { ...written.body, force_task_id: taskId } : written.body;
  // Not given the caller's signal: a closed connection stops nothing on the server.
  const answer = http.send(written.path, { json: body, timeoutMs: 0, signal: disposed });
  const settled = answer.finally(() => ended.abort());
  const steps = plan.parameters.steps + (plan.init ? 0 : (plan.hires?.steps ?? 0));
  if (hasTaskIds)
    void followJob(http, taskId, { steps, pollMs: times.poll, signal: ended.signal }, (progress) => {
      if (!request.signal?.aborted) request.onProgress?.(progress);
    });
  const first = await Promise.race([settled, aborted(request.signal, ended.signal)]);
  if (first === 'aborted') {
    await stopJob(job, taskId, settled, ended.signal);
    return { type: 'cancelled' };
  }
  const received = await settled;
  // Cancelled while the answer came: an interrupted job answers as a finished one does.
  if (request.signal?.aborted) return { type: 'cancelled' };
  if (received.ok) return readAnswer(http, received.value, hasTaskIds);
  if (received.wasSent !== true || disposed.aborted)
    return { type: 'failed', problem: received.problem, didNothing: received.wasSent !== true };
  return hasTaskIds
    ? afterLoss(job, taskId, received.problem)
    : { type: 'failed', problem: received.problem };
}

/** Reads the answer of a job that the server ended. */
async function readAnswer(
  http: HttpClient,
  answer: { readonly status: number; readonly body: Buffer; readonly contentType: string },
  hasTaskIds: boolean,
): Promise<Sent> {
  if (answer.status < 200 || answer.status >= 300) {
    const didNothing = [401, 403, 404, 422, 429, 503].includes(answer.status);
    return { type: 'failed', problem: refused(http.url, '/sdapi/v1', answer).problem, didNothing };
  }
  const value = asObject(parse(answer.body.toString('utf8')));
  const [base64] = asArray(value?.images);
  if (value === undefined || typeof base64 !== 'string')
    return { type: 'failed', problem: noPicture(http.url) };
  const bytes = Buffer.from(base64.replace(/^data:[^,]*,/, ''), 'base64');
  const picture = receivedPicture(bytes, http.url);
  if (!picture.ok) return { type: 'failed', problem: picture.problem };
  const info = asObject(typeof value.info === 'string' ? parse(value.info) : value.info) ?? {};
  const infotext = picture.value.infotext ?? asText(asArray(info.infotexts)[0]) ?? '';
  const wasInterrupted = hasTaskIds && (await isInterrupted(http));
  return { type: 'drawn', answer: { picture: picture.value, info, infotext, wasInterrupted } };
}

/** The server's flag of the last job; the next job's start clears it. */
async function isInterrupted(http: HttpClient): Promise<boolean> {
  const answer = await http.json('/sdapi/v1/progress?skip_current_image=true');
  const state = answer.ok ? asObject(asObject(answer.value)?.state) : undefined;
  return state?.interrupted === true && asText(state.job) === '';
}

/**
 * Stops a job: interrupts once it is this one that runs, because an interrupt has no id and would stop somebody else's
 * picture. A job that only waits cannot be taken back; it is followed in the background and stopped when its turn comes.
 */
async function stopJob(
  { http, times, disposed, state }: A1111Job,
  taskId: string,
  settled: Promise<unknown>,
  ended: AbortSignal,
): Promise<void> {
  if (!traitsOf(state.library.program).hasTaskIds) return;
  const stopping = (async () => {
    while (!ended.aborted && !disposed.aborted) {
      const now = await jobState(http, taskId);
      if (ended.aborted || disposed.aborted) return;
      if (now?.active) {
        await http.send('/sdapi/v1/interrupt', { json: {} });
        await Promise.race([settled, pause(times.poll * 4, ended)]);
      } else await pause(times.poll, ended);
    }
  })();
  await Promise.race([stopping, settled, pause(times.cancel, ended)]);
}

/** What becomes of a job whose connection was lost after it was sent. It is sent again only where the server forgot it. */
async function afterLoss(job: A1111Job, taskId: string, problem: Problem): Promise<Sent> {
  const { http, times, request, disposed } = job;
  const until = performance.now() + times.restart;
  for (;;) {
    if (request.signal?.aborted) return { type: 'cancelled' };
    const state = await jobState(http, taskId);
    if (state) {
      if (!state.active && !state.queued && !state.completed) return { type: 'lost' };
      return { type: 'failed', problem: lostAnswer(http.url, state.completed) };
    }
    if (performance.now() >= until || disposed.aborted) return { type: 'failed', problem };
    await pause(Math.min(times.poll * 2, times.restart), request.signal);
  }
}

async function readInit({ init }: GenerationPlan): Promise<Result<string | undefined>> {
  if (init === undefined) return success(undefined);
  try {
    return success((await readFile(init.path)).toString('base64'));
  } catch (error) {
    return failure(
      'init-image-unreadable',
      `The picture to start from cannot be read: ${init.path} (${(error as NodeJS.ErrnoException).code}).`,
      'Correct `Init image`.',
    );
  }
}

async function readSettings(http: HttpClient): Promise<JsonObject | undefined> {
  const answer = await http.json('/sdapi/v1/options');
  return answer.ok ? asObject(answer.value) : undefined;
}

function aborted(signal: AbortSignal | undefined, ended: AbortSignal): Promise<'aborted'> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve('aborted');
    const onAbort = () => resolve('aborted');
    signal?.addEventListener('abort', onAbort, { once: true });
    ended.addEventListener('abort', () => signal?.removeEventListener('abort', onAbort), { once: true });
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function noPicture(url: string): Problem {
  return {
    code: 'engine-bad-answer',
    message: `The engine at ${url} answered without a picture.`,
    remedy: 'Look into its log, and check that the address is that of the engine itself.',
  };
}

function lostAnswer(url: string, isCompleted: boolean): Problem {
  return {
    code: 'engine-answer-lost',
    message: `The connection to ${url} was lost, and with it the picture, which the engine ${isCompleted ? 'has drawn' : 'still draws'}.`,
    remedy: 'It is not sent again by itself, so that nothing is drawn twice. Generate once more.',
  };
}

function lostTwice(url: string): Problem {
  return {
    code: 'engine-lost-job',
    message: `The engine at ${url} lost the job twice.`,
    remedy:
      'It restarts while it draws: look into its log, and choose a smaller size or model if it runs out of memory.',
  };
}
