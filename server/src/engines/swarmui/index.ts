import { readFile } from 'node:fs/promises';
import WebSocket from 'ws';
import type { EngineDefinition, ServerLibrary } from '../../shared/engines';
import type { GenerationPlan } from '../../shared/plan';
import { failure, type Problem, type Result, success } from '../../shared/problem';
import { dataUri } from '../a1111/progress';
import { COMFY_SAMPLERS } from '../comfyui/samplers';
import type { GenerateOutcome, GenerateRequest } from '../engine';
import { createHttpClient, type HttpClient } from '../http/client';
import { oneLine } from '../http/problems';
import { asArray, asNumber, asObject, asText, type JsonObject, stemOf } from '../json';
import type { RemoteEngine } from '../remote';
import { receivedPicture, saveReceived } from '../saveAnswer';
import { swarmRequest } from './request';

interface Session {
  readonly id: string;
  readonly version?: string;
}

/** A SwarmUI as an engine, written from its documentation and source. Nothing is sent before the first call. */
export function createSwarmUi(
  definition: EngineDefinition & { readonly url: string },
  { secret }: { readonly secret?: string | undefined },
): RemoteEngine {
  const http = createHttpClient(definition.url, secret);
  const disposed = new AbortController();
  let known: Promise<Result<{ library: ServerLibrary; session: Session }>> | undefined;
  let capacity = 1;

  const state = async (anew = false) => {
    if (anew) known = undefined;
    known ??= readSwarmUi(definition, http);
    const mine = known;
    const read = await mine;
    if (!read.ok && known === mine) known = undefined;
    if (read.ok) capacity = read.value.library.capacity ?? 1;
    return read;
  };

  return {
    name: definition.name,
    type: 'swarmui',
    url: http.url,
    get capacity() {
      return capacity;
    },
    async library(options) {
      const read = await state(options?.anew);
      return read.ok ? success(read.value.library) : read;
    },
    async generate(plan, request) {
      if (request.signal?.aborted) return { type: 'cancelled' };
      const read = await state();
      if (!read.ok) return { type: 'failed', problem: read.problem, didNothing: true };
      const first = await draw(definition, http, read.value, plan, request, disposed.signal);
      // A server that was started anew knows no old session; nothing was drawn for it.
      if (first !== 'session') return first;
      const again = await state(true);
      if (!again.ok) return { type: 'failed', problem: again.problem, didNothing: true };
      const second = await draw(definition, http, again.value, plan, request, disposed.signal);
      return second === 'session'
        ? { type: 'failed', problem: refusedBy(http.url, 'the session is not valid') }
        : second;
    },
    async dispose() {
      disposed.abort();
    },
  };
}

async function readSwarmUi(
  definition: EngineDefinition,
  http: HttpClient,
): Promise<Result<{ library: ServerLibrary; session: Session }>> {
  const opened = await http.json('/API/GetNewSession', { json: {} });
  if (!opened.ok) return opened;
  const answer = asObject(opened.value);
  const id = asText(answer?.session_id);
  if (id === undefined)
    return failure(
      'engine-bad-answer',
      `What answers at ${http.url} is no SwarmUI.`,
      'Check the address and the `type` of the engine.',
    );
  const version = asText(answer?.version);
  const listed = await http.json('/API/ListT2IParams', { json: { session_id: id } });
  if (!listed.ok) return listed;
  const models = asObject(asObject(listed.value)?.models) ?? {};
  const names = (key: string) =>
    asArray(models[key]).flatMap((entry) => asText(Array.isArray(entry) ? entry[0] : entry) ?? []);
  const backends = await http.json('/API/ListBackends', {
    json: { session_id: id, nonreal: false, full_data: false },
  });
  const running = backends.ok
    ? Object.values(asObject(backends.value) ?? {}).filter(
        (one) => asText(asObject(one)?.status) === 'running',
      ).length
    : 0;
  return success({
    session: { id, ...(version !== undefined && { version }) },
    library: {
      engine: definition.name,
      type: 'swarmui',
      program: 'swarmui',
      ...(version !== undefined && { version }),
      readAt: Date.now(),
      loras: names('LoRA').map((file) => ({ name: stemOf(file), file })),
      models: names('Stable-Diffusion').map((file) => ({ name: stemOf(file), file })),
      vaes: names('VAE'),
      embeddings: names('Embedding').map((file) => ({ name: stemOf(file) })),
      samplers: Object.entries(COMFY_SAMPLERS).map(([label, sampler]) => ({
        name: label,
        aliases: [sampler.name],
      })),
      schedules: [],
      upscalers: ['Latent', 'Lanczos'],
      capacity: Math.max(1, running),
    },
  });
}

async function draw(
  definition: EngineDefinition,
  http: HttpClient,
  { session, library }: { readonly session: Session; readonly library: ServerLibrary },
  plan: GenerationPlan,
  request: GenerateRequest,
  disposed: AbortSignal,
): Promise<GenerateOutcome | 'session'> {
  const started = performance.now();
  let init: string | undefined;
  if (plan.init) {
    try {
      init = `data:image/png;base64,${(await readFile(plan.init.path)).toString('base64')}`;
    } catch (error) {
      const problem = failure(
        'init-image-unreadable',
        `The picture to start from cannot be read: ${plan.init.path} (${(error as NodeJS.ErrnoException).code}).`,
        'Correct `Init image`.',
      ).problem;
      return { type: 'failed', problem, didNothing: true };
    }
  }
  const { body, notes } = swarmRequest(plan, session.id, init);
  request.onProgress?.({ phase: 'queue', step: 0, of: 0 });
  const drawn = await generateOverSocket(http, body, plan, request, disposed);
  if (drawn === 'session') return 'session';
  if (drawn === 'cancelled') return { type: 'cancelled' };
  if (typeof drawn !== 'string') return { type: 'failed', ...drawn };
  const bytes = await pictureBytes(http, drawn);
  if (!bytes.ok) return { type: 'failed', problem: bytes.problem };
  const picture = receivedPicture(bytes.value, http.url);
  if (!picture.ok) return { type: 'failed', problem: picture.problem };
  const path = await saveReceived(request.outputPath, picture.value);
  if (!path.ok) return { type: 'failed', problem: path.problem };
  const wanted = plan.hires ?? plan.parameters;
  const size = picture.value.size ?? wanted;
  return {
    type: 'done',
    result: {
      path: path.value,
      infotext: picture.value.infotext ?? plan.infotext,
      seed: plan.parameters.seed,
      width: size.width,
      height: size.height,
      merged: [],
      provider: 'SwarmUI',
      notes,
      strategy: { name: 'none', why: 'The LoRAs are applied by SwarmUI.' },
      timings: { total: performance.now() - started },
      sessionsCreated: 0,
      engine: {
        name: definition.name,
        type: 'swarmui',
        program: 'SwarmUI',
        ...(library.version !== undefined && { version: library.version }),
        checkpoint: plan.model.path,
        differences: [
          ...(size.width === wanted.width && size.height === wanted.height
            ? []
            : [`Size: asked for ${wanted.width}x${wanted.height}, drawn with ${size.width}x${size.height}.`]),
          ...metadataDifferences(picture.value.infotext, plan),
        ],
      },
    },
  };
}

type Failed = { readonly problem: Problem; readonly didNothing?: boolean };

/** One JSON in, messages out; the image of the last one, where it came. */
function generateOverSocket(
  http: HttpClient,
  body: JsonObject,
  plan: GenerationPlan,
  request: GenerateRequest,
  disposed: AbortSignal,
): Promise<string | 'session' | 'cancelled' | Failed> {
  return new Promise((resolve) => {
    let isOpen = false;
    let image: string | undefined;
    const socket = new WebSocket(`${http.url.replace(/^http/, 'ws')}/API/GenerateText2ImageWS`, {
      headers: http.headers,
      followRedirects: false,
      maxPayload: 512 * 1024 * 1024,
    });
    const cancel = () => {
      void http.send('/API/InterruptAll', { json: { session_id: body.session_id, other_sessions: false } });
      end('cancelled');
    };
    const end = (result: string | 'session' | 'cancelled' | Failed) => {
      request.signal?.removeEventListener('abort', cancel);
      disposed.removeEventListener('abort', cancel);
      socket.terminate();
      resolve(result);
    };
    request.signal?.addEventListener('abort', cancel, { once: true });
    disposed.addEventListener('abort', cancel, { once: true });
    socket.on('open', () => {
      isOpen = true;
      socket.send(JSON.stringify(body));
    });
    socket.on('error', (error: Error) => {
      end({
        problem: failure(
          'engine-unreachable',
          `The engine at ${http.url} cannot be reached: ${error.message}.`,
          'Start SwarmUI, and check the address.',
        ).problem,
        didNothing: !isOpen,
      });
    });
    socket.on('close', () =>
      end(
        image ?? {
          problem: failure(
            'engine-answer-lost',
            `The connection to ${http.url} was lost, and with it the picture.`,
            'It is not sent again by itself, so that nothing is drawn twice. Generate once more.',
          ).problem,
        },
      ),
    );
    socket.on('message', (data: Buffer) => {
      const message = parse(data.toString('utf8'));
      if (asText(message?.error_id) === 'invalid_session_id') return end('session');
      const error = asText(message?.error);
      if (error !== undefined) return end({ problem: refusedBy(http.url, error) });
      const progress = asObject(message?.gen_progress);
      if (progress) {
        const share = asNumber(progress.overall_percent) ?? 0;
        const encoded = dataUri(asText(progress.preview));
        const { steps } = plan.parameters;
        request.onProgress?.({
          phase: 'sample',
          step: Math.max(1, Math.round(share * steps)),
          of: steps,
          overall: Math.min(1, share),
          ...(encoded && { encoded }),
        });
      }
      image = asText(asObject(message?.image)?.image) ?? image;
      if (image !== undefined && message?.image !== undefined) end(image);
    });
  });
}

async function pictureBytes(http: HttpClient, image: string): Promise<Result<Uint8Array>> {
  const [, base64] = /^data:[^,]*;base64,(.*)$/s.exec(image) ?? [];
  if (base64 !== undefined) return success(Buffer.from(base64, 'base64'));
  const answer = await http.send(`/${image.split('/').map(encodeURIComponent).join('/')}`, {
    timeoutMs: 120_000,
  });
  return answer.ok ? success(answer.value.body) : answer;
}

/** SwarmUI writes its parameters as JSON; a LoRA that it did not find is missing there. */
function metadataDifferences(text: string | undefined, plan: GenerationPlan): string[] {
  const parameters = asObject(asObject(parse(text ?? ''))?.sui_image_params);
  if (parameters === undefined) return [];
  const drawn = asNumber(parameters.seed);
  return drawn !== undefined && drawn !== plan.parameters.seed
    ? [`Seed: asked for ${plan.parameters.seed}, drawn with ${drawn}.`]
    : [];
}

function parse(text: string): JsonObject | undefined {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function refusedBy(url: string, error: string): Problem {
  return {
    code: 'engine-refused',
    message: `The engine at ${url} refused the request: ${oneLine(error)}.`,
    remedy: 'Change what the message names. The log of SwarmUI may say more.',
  };
}
