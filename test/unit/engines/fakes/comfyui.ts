import type { ServerResponse } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';
import { recorded } from '../recorded';
import { answer, type FakeServer, pngWith, type Received, startFake } from './server';

export type ComfyFault =
  /** Ends every connection and forgets every job. */
  | 'restart'
  | 'out-of-memory'
  | 'node-fails'
  | 'no-output'
  | 'interrupted'
  /** The socket ends; the job goes on. */
  | 'socket-lost';

export interface ComfyFaults {
  readonly job?: (count: number) => ComfyFault | undefined;
  readonly jobMs?: number;
  /** Before 0.26: no `/api/jobs`. */
  readonly isOld?: boolean;
  readonly auth?: string;
  /** Lines of the console that a job leaves. */
  readonly console?: readonly string[];
}

export interface FakeComfyUi extends FakeServer {
  readonly drawn: string[];
  readonly cancelled: string[];
  readonly uploads: Map<string, Buffer>;
}

/** Inputs of the node classes that the recording describes: names, and the values of lists. */
const NODES = new Map(
  recorded('comfyui', 'probe_object_info').flatMap(({ body }) =>
    Object.entries((body ?? {}) as Record<string, { input?: { required?: object; optional?: object } }>).map(
      ([name, info]) => [name, { ...info.input?.required, ...info.input?.optional }] as const,
    ),
  ),
);
const MODELS = new Map(
  recorded('comfyui', 'probe_models').map(({ path, status, body, text }) => [path, { status, body, text }]),
);
const SYSTEM = recorded('comfyui', 'probe_system')[0]!.body;
/** Classes that the recording does not describe. */
const FURTHER: Readonly<Record<string, readonly string[]>> = {
  LatentAdd: ['samples1', 'samples2'],
  LatentMultiply: ['samples', 'multiplier'],
  SamplerDPMPP_2S_Ancestral: ['eta', 's_noise'],
};

interface Job {
  readonly id: string;
  readonly clientId: string | undefined;
  readonly graph: Record<string, { class_type: string; inputs: Record<string, unknown> }>;
  readonly number: number;
  readonly fault: ComfyFault | undefined;
  stop?: () => void;
}

/**
 * A ComfyUI that refuses what the real one refuses (unknown classes, inputs, files; foreign routes 404) and everything that it takes in
 * silence but should not be sent: unknown inputs of a node, prompt ids that are no lower-case UUID, percent-encoded names.
 */
export async function fakeComfyUi(faults: ComfyFaults = {}): Promise<FakeComfyUi> {
  const uploads = new Map<string, Buffer>();
  const drawn: string[] = [];
  const cancelled: string[] = [];
  const history = new Map<string, unknown>();
  const files = new Map<string, Buffer>();
  const log: { t: string; m: string }[] = [{ t: '2026-01-01T00:00:00.000000', m: 'started\n' }];
  let queue: Job[] = [];
  let running: Job | undefined;
  let count = 0;
  const sockets = new Map<string, WebSocket>();

  const tell = (job: Job, type: string, data: object = {}) => {
    const targets = job.clientId === undefined ? [...sockets.values()] : [sockets.get(job.clientId)];
    for (const socket of targets)
      socket?.send(JSON.stringify({ type, data: { prompt_id: job.id, ...data } }));
  };
  const end = (job: Job, status: 'success' | 'error', messages: readonly unknown[], outputs: object = {}) => {
    history.set(job.id, {
      prompt: [job.number, job.id],
      outputs,
      status: { status_str: status, completed: status === 'success', messages },
    });
    running = undefined;
    void next();
  };

  async function next(): Promise<void> {
    const job = running ? undefined : queue.shift();
    if (job === undefined) return;
    running = job;
    tell(job, 'execution_start');
    if (job.fault === 'restart') {
      running = undefined;
      queue = [];
      history.clear();
      server.drop();
      return;
    }
    if (job.fault === 'socket-lost') sockets.get(job.clientId ?? '')?.terminate();
    const sampler =
      Object.entries(job.graph).find(([, { class_type }]) => class_type === 'SamplerCustomAdvanced')?.[0] ??
      '1';
    const stopped = await new Promise<boolean>((resolve) => {
      const half = setTimeout(
        () => {
          tell(job, 'progress', { node: sampler, value: 1, max: 4 });
          const metadata = Buffer.from(
            JSON.stringify({ node_id: sampler, prompt_id: job.id, image_type: 'image/png' }),
          );
          const head = Buffer.alloc(8);
          head.writeUInt32BE(4, 0);
          head.writeUInt32BE(metadata.length, 4);
          sockets.get(job.clientId ?? '')?.send(Buffer.concat([head, metadata, pngWith(8, 8)]));
        },
        (faults.jobMs ?? 0) / 2,
      );
      const timer = setTimeout(() => resolve(false), faults.jobMs ?? 0);
      job.stop = () => {
        clearTimeout(timer);
        clearTimeout(half);
        resolve(true);
      };
    });
    if (stopped || job.fault === 'interrupted') {
      tell(job, 'execution_interrupted', { node_id: sampler });
      return end(job, 'error', [['execution_interrupted', { prompt_id: job.id }]]);
    }
    for (const line of faults.console ?? [])
      log.push({ t: `2026-01-01T00:00:0${Math.min(9, log.length)}.000000`, m: `${line}\n` });
    if (job.fault === 'out-of-memory' || job.fault === 'node-fails') {
      const error = {
        prompt_id: job.id,
        node_id: sampler,
        node_type: 'SamplerCustomAdvanced',
        exception_type: job.fault === 'out-of-memory' ? 'torch.OutOfMemoryError' : 'ValueError',
        exception_message: job.fault === 'out-of-memory' ? 'Allocation on device' : 'not a latent',
        traceback: ['a', 'b'],
      };
      tell(job, 'execution_error', error);
      return end(job, 'error', [['execution_error', error]]);
    }
    drawn.push(job.id);
    const name = `ComfyUI_temp_${job.number}_.png`;
    const latent = Object.values(job.graph).find(
      ({ class_type }) => class_type === 'EmptyLatentImage',
    )?.inputs;
    const upscale = Object.values(job.graph).find(({ class_type }) =>
      /^(LatentUpscale|ImageScale)$/.test(class_type),
    )?.inputs;
    const size = upscale ?? latent ?? { width: 64, height: 64 };
    files.set(name, pngWith(Number(size.width), Number(size.height)));
    tell(job, 'execution_success');
    const output = { images: [{ filename: name, subfolder: '', type: 'temp' }] };
    end(job, 'success', [['execution_success', {}]], job.fault === 'no-output' ? {} : { '99': output });
  }

  function prompt({ body }: Received, response: ServerResponse) {
    const graph = body.prompt as Job['graph'];
    const errors = graphErrors(graph, uploads);
    if (Object.keys(errors).length > 0)
      return answer(response, 400, {
        error: {
          type: 'prompt_outputs_failed_validation',
          message: 'Prompt outputs failed validation',
          details: '',
          extra_info: {},
        },
        node_errors: errors,
      });
    const id = String(body.prompt_id ?? '');
    if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id))
      return answer(response, 400, {
        error: { type: 'invalid_prompt_id', message: 'prompt_id', details: '' },
        node_errors: {},
      });
    const job: Job = {
      id,
      clientId: body.client_id as string,
      graph,
      number: count,
      fault: faults.job?.(count),
    };
    count++;
    queue.push(job);
    answer(response, 200, { prompt_id: id, number: job.number, node_errors: {} });
    setImmediate(() => void next());
  }

  const server = await startFake((received, response, raw) => {
    const { method, body, headers } = received;
    const path = received.path.replace(/\?.*/, '');
    const query = new URLSearchParams(received.path.split('?')[1] ?? '');
    if (faults.auth && headers.authorization !== `Bearer ${faults.auth}`)
      return void response.writeHead(401).end('Unauthorized');
    if (path === '/system_stats') return answer(response, 200, SYSTEM);
    if (path === '/prompt' && method === 'POST') return prompt(received, response);
    if (path === '/queue' && method === 'POST') {
      for (const id of (body.delete as string[]) ?? []) remove(id);
      return void response.writeHead(200).end();
    }
    if (path === '/queue')
      return answer(response, 200, {
        queue_running: running ? [[running.number, running.id]] : [],
        queue_pending: queue.map(({ number, id }) => [number, id]),
      });
    const [, historyId] = /^\/history\/(.+)$/.exec(path) ?? [];
    if (historyId)
      return answer(response, 200, history.has(historyId) ? { [historyId]: history.get(historyId) } : {});
    const [, cancelId] = /^\/api\/jobs\/(.+)\/cancel$/.exec(path) ?? [];
    if (cancelId && !faults.isOld) {
      const isKnown = running?.id === cancelId || queue.some(({ id }) => id === cancelId);
      stop(cancelId);
      return answer(response, 200, { cancelled: isKnown });
    }
    if (path === '/interrupt' && method === 'POST') {
      if (body.prompt_id === undefined || running?.id === body.prompt_id) stop(running?.id ?? '');
      return void response.writeHead(200).end();
    }
    if (path === '/view') {
      const file = files.get(query.get('filename') ?? '');
      if (!file || query.get('type') !== 'temp') return void response.writeHead(404).end();
      return void response.writeHead(200, { 'content-type': 'image/png' }).end(file);
    }
    if (path === '/upload/image' && method === 'POST') {
      const [, name = ''] = /filename="([^"]*)"/.exec(raw.toString('latin1', 0, 500)) ?? [];
      const start = raw.indexOf('\r\n\r\n') + 4;
      uploads.set(name, raw.subarray(start, raw.lastIndexOf('\r\n--')));
      return answer(response, 200, { name, subfolder: '', type: 'input' });
    }
    if (path === '/internal/logs/raw') return answer(response, 200, { entries: log });
    const [, nodeClass] = /^\/object_info\/(.+)$/.exec(path) ?? [];
    if (nodeClass) return answer(response, 200, NODES.has(nodeClass) ? { [nodeClass]: {} } : {});
    const list = MODELS.get(decodeURIComponent(received.path)) ?? MODELS.get(received.path);
    if (!list) return void response.writeHead(404).end();
    if (list.body === undefined) return void response.writeHead(list.status).end(list.text ?? '');
    answer(response, list.status, list.body);
  });

  const remove = (id: string) => {
    const at = queue.findIndex((job) => job.id === id);
    if (at >= 0) {
      queue.splice(at, 1);
      cancelled.push(id);
    }
  };
  const stop = (id: string) => {
    remove(id);
    if (running?.id === id) {
      cancelled.push(id);
      running.stop?.();
    }
  };

  const ws = new WebSocketServer({ noServer: true });
  server.http.on('upgrade', (request, socket, head) => {
    const url = new URL(request.url ?? '', 'http://x');
    const isAllowed = !faults.auth || request.headers.authorization === `Bearer ${faults.auth}`;
    if (url.pathname !== '/ws' || !isAllowed) {
      socket.destroy();
      return;
    }
    ws.handleUpgrade(request, socket, head, (one) => {
      const id = url.searchParams.get('clientId') ?? '';
      sockets.set(id, one);
      one.on('error', () => undefined);
      one.send(
        JSON.stringify({
          type: 'status',
          data: { status: { exec_info: { queue_remaining: queue.length } }, sid: id },
        }),
      );
    });
  });
  return Object.assign(server, { drawn, cancelled, uploads });
}

/** Faults by node, as the real server's validation names them, and inputs that a node does not have. */
function graphErrors(graph: Job['graph'], uploads: ReadonlyMap<string, Buffer>): Record<string, unknown> {
  const errors: Record<string, unknown> = {};
  for (const [id, { class_type, inputs }] of Object.entries(graph ?? {})) {
    const known = NODES.get(class_type) as Record<string, [unknown]> | undefined;
    const names = known ? Object.keys(known) : FURTHER[class_type];
    const faults: object[] = [];
    if (names === undefined)
      faults.push({ type: 'missing_node_type', message: 'Unknown node', details: class_type });
    for (const [key, value] of Object.entries(inputs)) {
      if (names && !names.includes(key))
        faults.push({ type: 'unknown_input', message: 'Unknown input', details: key });
      if (Array.isArray(value) && !graph[String(value[0])])
        faults.push({ type: 'bad_linked_input', message: 'Bad link', details: key });
      const list = known?.[key]?.[0];
      const isUpload = /^Load(Image|Latent)$/.test(class_type) && (key === 'image' || key === 'latent');
      if (isUpload && !uploads.has(String(value)))
        faults.push({ type: 'custom_validation_failed', message: 'Invalid file', details: String(value) });
      if (!isUpload && Array.isArray(list) && !list.includes(value))
        faults.push({
          type: 'value_not_in_list',
          message: 'Value not in list',
          details: `${key}: '${value}' not in list`,
        });
    }
    if (faults.length > 0) errors[id] = { errors: faults, class_type, dependent_outputs: [] };
  }
  return errors;
}
