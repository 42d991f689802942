import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { inflateSync } from 'node:zlib';
import { pictureKind } from '../../formats/pictureKind';
import { decodePng } from '../../formats/png';
import type { ClipTokenizer } from '../../formats/tokenizer';
import type { EngineDefinition, ServerLibrary } from '../../shared/engines';
import type { GenerationPlan } from '../../shared/plan';
import { failure, type Problem, type Result, success } from '../../shared/problem';
import type { GenerateOutcome, GenerateRequest } from '../engine';
import type { HttpClient } from '../http/client';
import { asArray, asNumber, asObject, asText, type JsonObject, objectsOf } from '../json';
import { pause, type RemoteTimes } from '../remote';
import { receivedPicture, saveReceived } from '../saveAnswer';
import { type BuiltGraph, buildGraph } from './build';
import type { ComfyGraph } from './graph';
import { latentFile } from './latentFile';
import { withParameters } from './pngText';
import { refusedGraph, runProblem } from './problems';
import { openSocket } from './socket';

export interface ComfyJob {
  readonly definition: EngineDefinition;
  readonly http: HttpClient;
  readonly library: ServerLibrary;
  readonly tokenizer: ClipTokenizer;
  readonly times: RemoteTimes;
  readonly plan: GenerationPlan;
  readonly request: GenerateRequest;
  readonly disposed: AbortSignal;
  readonly newId: () => string;
}

const CANCELLED: GenerateOutcome = { type: 'cancelled' };

/** Draws one picture on a ComfyUI. Ends exactly once, whatever the server does. */
export async function generateOnComfyUi(job: ComfyJob): Promise<GenerateOutcome> {
  const { http, library, plan, request, newId, definition } = job;
  const { signal } = request;
  const started = performance.now();
  const id = newId();
  request.onProgress?.({ phase: 'queue', step: 0, of: 0 });
  const init = await uploadInit(http, plan, id);
  if (!init.ok) return { type: 'failed', problem: init.problem, didNothing: true };
  const built = buildGraph(plan, {
    library,
    tokenizer: job.tokenizer,
    ...(init.value && { init: init.value }),
    output: { class: 'PreviewImage' },
    uploadName: `sdprompt-${id}`,
  });
  if (!built.ok) return { type: 'failed', problem: built.problem };
  let { graph } = built.value;
  for (const latent of built.value.uploads) {
    const name = await upload(http, latent.name, latentFile(latent));
    if (!name.ok) return { type: 'failed', problem: name.problem, didNothing: true };
    graph = renamed(graph, latent.name, name.value);
  }
  if (signal?.aborted) return CANCELLED;
  const consoleBefore = await lastLine(http);
  let run = await runOnce(job, built.value, graph, newId());
  const notes = [...built.value.notes];
  if (run.type === 'lost') {
    notes.push('The engine restarted and no longer knew the job, so it was sent once more.');
    run = await runOnce(job, built.value, graph, newId());
    if (run.type === 'lost') return { type: 'failed', problem: lostTwice(http.url) };
  }
  if (run.type === 'cancelled') return CANCELLED;
  if (run.type === 'failed')
    return { type: 'failed', problem: run.problem, ...(run.didNothing && { didNothing: true }) };
  const view = await http.send(run.view, { timeoutMs: 120_000 });
  if (!view.ok) return { type: 'failed', problem: view.problem };
  const picture = receivedPicture(view.value.body, http.url);
  if (!picture.ok) return { type: 'failed', problem: picture.problem };
  const isPng = picture.value.kind === 'png';
  const bytes = isPng ? withParameters(picture.value.bytes, plan.infotext) : picture.value.bytes;
  const file = await saveReceived(request.outputPath, { ...picture.value, bytes });
  if (!file.ok) return { type: 'failed', problem: file.problem };
  const size = picture.value.size ?? plan.hires ?? plan.parameters;
  const wanted = plan.hires ?? plan.parameters;
  const differences = [
    ...(size.width === wanted.width && size.height === wanted.height
      ? []
      : [`Size: asked for ${wanted.width}x${wanted.height}, drawn with ${size.width}x${size.height}.`]),
    ...(await consoleDifferences(http, consoleBefore)),
  ];
  return {
    type: 'done',
    result: {
      path: file.value,
      infotext: plan.infotext,
      seed: plan.parameters.seed,
      width: size.width,
      height: size.height,
      merged: [],
      provider: library.device?.name ?? 'ComfyUI',
      ...(notes.length > 0 && { notes }),
      strategy: { name: 'none', why: 'The LoRAs are applied by ComfyUI.' },
      timings: { total: performance.now() - started },
      sessionsCreated: 0,
      engine: {
        name: definition.name,
        type: 'comfyui',
        program: 'ComfyUI',
        ...(library.version !== undefined && { version: library.version }),
        checkpoint: plan.model.path,
        differences,
      },
    },
  };
}

type Run =
  | { readonly type: 'drawn'; readonly view: string }
  | { readonly type: 'cancelled' }
  | { readonly type: 'lost' }
  | { readonly type: 'failed'; readonly problem: Problem; readonly didNothing?: boolean };

/** Sends a graph and follows it to its end, by the socket and by asking. */
async function runOnce(job: ComfyJob, built: BuiltGraph, graph: ComfyGraph, wantedId: string): Promise<Run> {
  const { http, plan, request, times, disposed } = job;
  const { signal } = request;
  const clientId = job.newId();
  let promptId = wantedId;
  let told: Run | undefined;
  let wake = (): void => undefined;
  const progress = createProgress(built, request);
  const socket = await openSocket(http, clientId, (one) => one === promptId, {
    onMessage({ type, data }) {
      if (type === 'execution_error') told = { type: 'failed', problem: runProblem(http.url, data) };
      else if (type === 'execution_interrupted')
        told = signal?.aborted ? { type: 'cancelled' } : { type: 'failed', problem: interrupted(http.url) };
      else if (type === 'execution_success') void 0;
      else progress.message(type, data);
      if (type.startsWith('execution_') && type !== 'execution_start' && type !== 'execution_cached') wake();
    },
    onPreview: progress.preview,
  });
  try {
    const sent = await http.send('/prompt', {
      json: {
        prompt: graph,
        client_id: clientId,
        prompt_id: wantedId,
        extra_data: { extra_pnginfo: { parameters: plan.infotext }, preview_method: 'auto' },
      },
    });
    if (!sent.ok) {
      // Sent whole and without an answer: whether it is known is asked below.
      if (sent.wasSent !== true) return { type: 'failed', problem: sent.problem, didNothing: true };
    } else {
      const answer = asObject(json(sent.value.body));
      const known = asText(answer?.prompt_id);
      const problem = refusedGraph(http.url, sent.value, answer, graph);
      if (problem) {
        // 200 with faults runs the rest of the graph, which is not what was asked for.
        if (known !== undefined) await cancel(http, known);
        return { type: 'failed', problem, didNothing: sent.value.status === 503 };
      }
      if (known === undefined) return { type: 'failed', problem: noPrompt(http.url) };
      promptId = known;
    }
    let missing = 0;
    let away = 0;
    for (;;) {
      const woken = new Promise<void>((resolve) => {
        wake = resolve;
      });
      if (told) return told;
      if (disposed.aborted) return { type: 'cancelled' };
      if (signal?.aborted) {
        await cancel(http, promptId);
        return { type: 'cancelled' };
      }
      const history = await http.json(`/history/${promptId}`);
      if (history.ok) {
        away = 0;
        const entry = asObject(asObject(history.value)?.[promptId]);
        if (entry) return ended(http, entry, signal);
        const place = await placeOf(http, promptId);
        if (place === 'unknown') missing++;
        else {
          missing = 0;
          if (place !== undefined && place.waiting > 0)
            request.onProgress?.({ phase: 'queue', step: place.waiting, of: place.all });
        }
        // Between queue and history a job may be in neither for a moment.
        if (missing >= 3) return { type: 'lost' };
      } else {
        away++;
        if (away * times.poll >= times.restart) return { type: 'failed', problem: history.problem };
      }
      await Promise.race([
        pause(times.poll, signal),
        woken,
        socket?.ended.then(() => pause(times.poll, signal)) ?? never,
      ]);
    }
  } finally {
    socket?.close();
  }
}

const never = new Promise<void>(() => undefined);

/** What a history entry says: the picture to view, or why there is none. */
function ended(http: HttpClient, entry: JsonObject, signal: AbortSignal | undefined): Run {
  const status = asObject(entry.status);
  const messages = asArray(status?.messages).map((one) => asArray(one));
  const find = (type: string) => asObject(messages.find(([name]) => name === type)?.[1]);
  if (asText(status?.status_str) === 'error') {
    const error = find('execution_error');
    if (error) return { type: 'failed', problem: runProblem(http.url, error) };
    return signal?.aborted ? { type: 'cancelled' } : { type: 'failed', problem: interrupted(http.url) };
  }
  for (const output of Object.values(asObject(entry.outputs) ?? {}))
    for (const { filename, subfolder, type } of objectsOf(asObject(output)?.images)) {
      if (typeof filename !== 'string') continue;
      const query = new URLSearchParams({
        filename,
        subfolder: asText(subfolder) ?? '',
        type: asText(type) ?? 'output',
      });
      return { type: 'drawn', view: `/view?${query}` };
    }
  return {
    type: 'failed',
    problem: {
      code: 'engine-bad-answer',
      message: `The engine at ${http.url} ended the job without a picture.`,
      remedy: 'Look into its log. A workflow of your own needs a SaveImage or PreviewImage node.',
    },
  };
}

/** Where a job waits: 0 while it runs. */
async function placeOf(
  http: HttpClient,
  promptId: string,
): Promise<{ readonly waiting: number; readonly all: number } | 'unknown' | undefined> {
  const queue = await http.json('/queue');
  if (!queue.ok) return undefined;
  const ids = (list: unknown) => asArray(list).map((entry) => asArray(entry)[1]);
  if (ids(asObject(queue.value)?.queue_running).includes(promptId)) return { waiting: 0, all: 0 };
  const pending = asArray(asObject(queue.value)?.queue_pending)
    .map((entry) => asArray(entry))
    .sort((a, b) => (asNumber(a[0]) ?? 0) - (asNumber(b[0]) ?? 0))
    .map((entry) => entry[1]);
  const at = pending.indexOf(promptId);
  return at < 0 ? 'unknown' : { waiting: at + 1, all: pending.length };
}

/** Cancels this job only: by its own route, on older servers by the queue and an interrupt with its id. */
async function cancel(http: HttpClient, promptId: string): Promise<void> {
  const answer = await http.send(`/api/jobs/${promptId}/cancel`, { method: 'POST' });
  if (answer.ok && answer.value.status !== 404 && answer.value.status !== 405) return;
  await http.send('/queue', { json: { delete: [promptId] } });
  const place = await placeOf(http, promptId);
  // Very old servers interrupt whatever runs, so it has to be this job.
  if (typeof place === 'object' && place.waiting === 0)
    await http.send('/interrupt', { json: { prompt_id: promptId } });
}

/** Turns messages of nodes into steps of the whole run. */
function createProgress({ sampling }: BuiltGraph, request: GenerateRequest) {
  const total = sampling.reduce((sum, { steps }) => sum + steps, 0) || 1;
  let step = 0;
  const report = (encoded?: Parameters<NonNullable<GenerateRequest['onProgress']>>[0]['encoded']) =>
    request.onProgress?.({
      phase: 'sample',
      step: Math.min(total, Math.max(1, step)),
      of: total,
      overall: Math.min(1, step / total),
      ...(encoded && { encoded }),
    });
  return {
    message(type: string, data: JsonObject) {
      if (type === 'execution_start') request.onProgress?.({ phase: 'load', step: 0, of: 0 });
      if (type !== 'progress') return;
      const node = asText(data.node);
      const at = sampling.findIndex((one) => one.node === node);
      if (at < 0) return;
      const before = sampling.slice(0, at).reduce((sum, { steps }) => sum + steps, 0);
      step = before + Math.min(sampling[at]!.steps, asNumber(data.value) ?? 0);
      report();
    },
    preview(picture: Parameters<typeof report>[0]) {
      if (step > 0 || picture) report(picture);
    },
  };
}

/** Uploads the picture to start from. */
async function uploadInit(
  http: HttpClient,
  { init, parameters }: GenerationPlan,
  id: string,
): Promise<Result<{ readonly name: string; readonly hasSize: boolean } | undefined>> {
  if (init === undefined) return success(undefined);
  let bytes: Buffer;
  try {
    bytes = await readFile(init.path);
  } catch (error) {
    return failure(
      'init-image-unreadable',
      `The picture to start from cannot be read: ${init.path} (${(error as NodeJS.ErrnoException).code}).`,
      'Correct `Init image`.',
    );
  }
  const decoded = pictureKind(bytes) === 'png' ? decodePng(bytes, inflateSync) : undefined;
  const hasSize =
    decoded?.ok === true &&
    decoded.value.width === parameters.width &&
    decoded.value.height === parameters.height;
  const name = await upload(http, `sdprompt-${id}${path.extname(init.path).toLowerCase() || '.png'}`, bytes);
  return name.ok ? success({ name: name.value, hasSize }) : name;
}

/** Puts a file into the server's input folder; gives the name that it has there. */
async function upload(http: HttpClient, name: string, bytes: Buffer): Promise<Result<string>> {
  const boundary = `sdprompt-${name.replace(/[^\w-]/g, '')}`;
  const body = Buffer.concat([
    Buffer.from(
      `--${boundary}\r\ncontent-disposition: form-data; name="image"; filename="${name}"\r\ncontent-type: application/octet-stream\r\n\r\n`,
    ),
    bytes,
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ]);
  const answer = await http.json('/upload/image', {
    raw: { contentType: `multipart/form-data; boundary=${boundary}`, body },
    timeoutMs: 120_000,
  });
  if (!answer.ok) return answer;
  const given = asObject(answer.value);
  const subfolder = asText(given?.subfolder);
  return success(`${subfolder ? `${subfolder}/` : ''}${asText(given?.name) ?? name}`);
}

function renamed(graph: ComfyGraph, from: string, to: string): ComfyGraph {
  if (from === to) return graph;
  return Object.fromEntries(
    Object.entries(graph).map(([id, node]) => [
      id,
      node.inputs.latent === from ? { ...node, inputs: { ...node.inputs, latent: to } } : node,
    ]),
  );
}

/** Time of the last line of the server's console; undefined where it cannot be read. */
async function lastLine(http: HttpClient): Promise<string | undefined> {
  const answer = await http.json('/internal/logs/raw');
  const entries = answer.ok ? objectsOf(asObject(answer.value)?.entries) : [];
  return asText(entries.at(-1)?.t);
}

/** What the console says of LoRAs and embeddings, which nothing else does. Its route carries no promise. */
async function consoleDifferences(http: HttpClient, before: string | undefined): Promise<string[]> {
  if (before === undefined) return [];
  const answer = await http.json('/internal/logs/raw');
  const entries = answer.ok ? objectsOf(asObject(answer.value)?.entries) : [];
  const text = entries
    .filter(({ t }) => (asText(t) ?? '') > before)
    .map(({ m }) => asText(m) ?? '')
    .join('');
  const keys = text.match(/lora key not loaded/gi)?.length ?? 0;
  const shapes = text.match(/ERROR lora .*?(?:shape|invalid)/gi)?.length ?? 0;
  const embeddings = [...text.matchAll(/warning, embedding:(\S+) does not exist/gi)].map(([, name]) => name);
  return [
    ...(keys > 0 ? [`LoRA: ${keys} tensors found no place in the model and were left out.`] : []),
    ...(shapes > 0 ? [`LoRA: ${shapes} tensors have another shape than the model and were left out.`] : []),
    ...embeddings.map((name) => `Embedding ${name}: the server does not have it.`),
  ];
}

function json(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

function interrupted(url: string): Problem {
  return {
    code: 'engine-interrupted',
    message: `Somebody stopped the job on the engine at ${url}.`,
    remedy: 'Generate once more.',
  };
}

function noPrompt(url: string): Problem {
  return {
    code: 'engine-bad-answer',
    message: `The engine at ${url} took the job without an id.`,
    remedy: 'Check that the address is that of ComfyUI itself.',
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
