import type { ServerResponse } from 'node:http';
import { recorded } from '../recorded';
import { answer, type FakeServer, pngWith, type Received, startFake } from './server';

/** How the fake misbehaves. */
export interface A1111Faults {
  /** Each job: what happens instead of its picture. */
  readonly job?: (count: number) => JobFault | undefined;
  /** Milliseconds of one picture. */
  readonly jobMs?: number;
  readonly auth?: string;
  /** Without `--api`. */
  readonly apiOff?: boolean;
  /** Another checkpoint than the one asked for. */
  readonly drawsWith?: { readonly name: string; readonly hash: string };
  /** Keeps the settings of a request, as a server whose settings were never saved does. */
  readonly keepsSettings?: boolean;
  /** Answers of further routes, or other answers. */
  readonly routes?: Readonly<Record<string, unknown>>;
  /** LoRAs that cannot be loaded although the list has them. */
  readonly badLoras?: readonly string[];
}

export type JobFault =
  /** Ends the connection; the job goes on. */
  | 'lose'
  /** Ends the connection and forgets every job, as a server that was started anew does. */
  | 'restart'
  | 'out-of-memory'
  | 'not-json'
  | 'no-picture'
  | 'no-png'
  | 'interrupted';

export interface FakeA1111 extends FakeServer {
  readonly settings: Record<string, unknown>;
  /** Jobs that were drawn to their end, by task id. */
  readonly drawn: string[];
  readonly interrupts: string[];
}

/** Fields of the request model of 1.10.1, from its own description, with the types that are checked. */
const FIELDS = (() => {
  const [{ body }] = recorded('a1111', 'openapi_request_fields') as unknown as [
    { body: { schemas: Record<string, { properties: Record<string, { type?: string }> }> } },
  ];
  return {
    txt2img: body.schemas.StableDiffusionProcessingTxt2Img!.properties,
    img2img: body.schemas.StableDiffusionProcessingImg2Img!.properties,
  };
})();

const LISTS = new Map(recorded('a1111', 'probe').map(({ path, status, body }) => [path, { status, body }]));
const SETTINGS = recorded('a1111', 'probe_options')[0]!.body as Record<string, unknown>;

/**
 * A web UI that is stricter than the real one where a client errs (unknown fields and wrong types are 422, unknown routes 404)
 * and as silent as it where something is missing: an unknown sampler draws with the first of the list, an unknown checkpoint
 * with the loaded one, a missing LoRA is only absent from `Lora hashes`.
 */
export async function fakeA1111(faults: A1111Faults = {}): Promise<FakeA1111> {
  const settings: Record<string, unknown> = { ...SETTINGS };
  const jobs = new Map<string, 'queued' | 'active' | 'completed'>();
  const drawn: string[] = [];
  const interrupts: string[] = [];
  const waiting: (() => void)[] = [];
  let running: { id: string; stop: () => void } | undefined;
  let count = 0;
  let wasInterrupted = false;

  const runs = (id: string, ms: number) =>
    new Promise<'done' | 'stopped'>((resolve) => {
      const timer = setTimeout(() => resolve('done'), ms);
      wasInterrupted = false;
      running = {
        id,
        stop: () => {
          clearTimeout(timer);
          wasInterrupted = true;
          interrupts.push(id);
          resolve('stopped');
        },
      };
    });

  async function draw(kind: 'txt2img' | 'img2img', { body }: Received, response: ServerResponse) {
    const wrong = wrongField(FIELDS[kind], body);
    if (wrong) return answer(response, 422, { detail: [wrong] });
    if (kind === 'img2img' && !Array.isArray(body.init_images))
      return answer(response, 404, {
        error: 'HTTPException',
        detail: 'Init image not found',
        body: '',
        errors: '',
      });
    const id = typeof body.force_task_id === 'string' ? body.force_task_id : `task(${count})`;
    const fault = faults.job?.(count++);
    jobs.set(id, 'queued');
    while (running) await new Promise<void>((resolve) => waiting.push(resolve));
    jobs.set(id, 'active');
    if (fault === 'lose') {
      response.socket?.destroy();
    } else if (fault === 'restart') {
      jobs.clear();
      response.socket?.destroy();
      return;
    }
    const ended = await runs(id, faults.jobMs ?? 0);
    running = undefined;
    waiting.shift()?.();
    if (fault === 'out-of-memory') {
      // A job that failed stays active.
      return answer(response, 500, {
        error: 'OutOfMemoryError',
        detail: '',
        body: '',
        errors: 'CUDA out of memory. Tried to allocate 2.00 GiB',
      });
    }
    jobs.set(id, 'completed');
    if (fault === 'lose') return;
    if (ended === 'done') drawn.push(id);
    if (fault === 'interrupted') wasInterrupted = true;
    if (fault === 'not-json') return void response.writeHead(200).end('<html>');
    const overrides = (body.override_settings ?? {}) as Record<string, unknown>;
    const result = resultOf(body, overrides, settings, faults);
    if (faults.keepsSettings) Object.assign(settings, overrides);
    const png =
      fault === 'no-png' ? Buffer.from('GIF89a') : pngWith(result.width, result.height, result.infotext);
    answer(response, 200, {
      images: fault === 'no-picture' ? [] : [png.toString('base64')],
      parameters: body,
      info: JSON.stringify(result.info),
    });
  }

  const server = await startFake((received, response) => {
    const { method, body, headers } = received;
    const path = received.path.replace(/\?.*/, '');
    if (faults.auth && headers.authorization !== `Basic ${Buffer.from(faults.auth).toString('base64')}`)
      return answer(response, 401, {
        error: 'HTTPException',
        detail: 'Not authenticated',
        body: '',
        errors: '',
      });
    if (faults.apiOff && path.startsWith('/sdapi')) return answer(response, 404, { detail: 'Not Found' });
    const own = faults.routes?.[path];
    if (own !== undefined && method === 'GET') return answer(response, 200, own);
    if (path === '/sdapi/v1/txt2img' || path === '/sdapi/v1/img2img')
      return draw(path === '/sdapi/v1/txt2img' ? 'txt2img' : 'img2img', received, response);
    if (path === '/sdapi/v1/options') {
      if (method === 'POST') Object.assign(settings, body);
      return answer(response, 200, method === 'POST' ? null : settings);
    }
    if (path === '/internal/ping') return answer(response, 200, {});
    if (path === '/internal/progress') {
      const state = jobs.get(String(body.id_task));
      const active = state === 'active';
      return answer(response, 200, {
        active,
        queued: state === 'queued',
        completed: state === 'completed',
        progress: active ? 0.5 : null,
        eta: null,
        live_preview: active ? `data:image/png;base64,${pngWith(8, 8).toString('base64')}` : null,
        id_live_preview: active ? 1 : -1,
        textinfo: state === 'queued' ? 'In queue: 1/2' : active ? null : 'Waiting...',
      });
    }
    if (path === '/sdapi/v1/progress')
      return answer(response, 200, {
        progress: 0,
        state: { interrupted: wasInterrupted, skipped: false, job: running ? 'scripts_txt2img' : '' },
      });
    if (path === '/sdapi/v1/interrupt' && method === 'POST') {
      running?.stop();
      return answer(response, 200, {});
    }
    if (path === '/sdapi/v1/cmd-flags') return answer(response, 200, { api: true });
    const list = LISTS.get(path);
    return list ? answer(response, list.status, list.body) : answer(response, 404, { detail: 'Not Found' });
  });
  return Object.assign(server, { settings, drawn, interrupts });
}

/** The first field that the request model does not have, or whose type is another. */
function wrongField(fields: Readonly<Record<string, { type?: string }>>, body: Record<string, unknown>) {
  const extra: Record<string, { type?: string }> = {
    script_name: { type: 'string' },
    script_args: { type: 'array' },
    send_images: { type: 'boolean' },
    save_images: { type: 'boolean' },
    alwayson_scripts: { type: 'object' },
    infotext: { type: 'string' },
  };
  for (const [key, value] of Object.entries(body)) {
    const field = fields[key] ?? extra[key];
    if (field === undefined)
      return { loc: ['body', key], msg: 'extra fields not permitted', type: 'value_error.extra' };
    const isRight =
      field.type === 'integer'
        ? Number.isInteger(value)
        : field.type === 'array'
          ? Array.isArray(value)
          : field.type === undefined || typeof value === field.type;
    if (!isRight)
      return { loc: ['body', key], msg: `value is not a valid ${field.type}`, type: 'type_error' };
  }
  return undefined;
}

interface Model {
  readonly title: string;
  readonly model_name: string;
  readonly hash: string | null;
}

function resultOf(
  body: Record<string, unknown>,
  overrides: Record<string, unknown>,
  settings: Record<string, unknown>,
  faults: A1111Faults,
) {
  const models = LISTS.get('/sdapi/v1/sd-models')!.body as Model[];
  const find = (name: unknown) =>
    models.find(({ title, model_name, hash }) => name === title || name === model_name || name === hash);
  const model = find(overrides.sd_model_checkpoint) ?? find(settings.sd_model_checkpoint)!;
  const checkpoint = faults.drawsWith ?? { name: model.model_name, hash: model.hash ?? '' };
  const samplers = (LISTS.get('/sdapi/v1/samplers')!.body as { name: string }[]).map(({ name }) => name);
  const sampler = samplers.includes(String(body.sampler_name)) ? String(body.sampler_name) : samplers[0]!;
  const schedulers = LISTS.get('/sdapi/v1/schedulers')!.body as { name: string; label: string }[];
  const scheduler =
    schedulers.find(({ name, label }) => body.scheduler === name || body.scheduler === label)?.label ??
    'Automatic';
  const loras = (LISTS.get('/sdapi/v1/loras')!.body as { name: string; alias: string }[]).flatMap(
    ({ name, alias }) => [name, alias],
  );
  const tags = [...String(body.prompt).matchAll(/<lora:([^:>]+)/g)].map(([, name]) => name!);
  const loaded = tags.filter((name) => loras.includes(name) && !faults.badLoras?.includes(name));
  const hashes = [...new Set(loaded)].map((name) => `${name}: 0123456789ab`).join(', ');
  const inversions = ['tiOne', 'tiThree', 'tiEight', 'tiTwenty', 'two words'].filter((name) =>
    `${body.prompt} ${body.negative_prompt}`.toLowerCase().includes(name.toLowerCase()),
  );
  const width = Number(body.hr_resize_x ?? body.width);
  const height = Number(body.hr_resize_y ?? body.height);
  const clipSkip = Number(overrides.CLIP_stop_at_last_layers ?? settings.CLIP_stop_at_last_layers);
  const infotext = `${body.prompt}\nNegative prompt: ${body.negative_prompt}\nSteps: ${body.steps}, Sampler: ${sampler}, Schedule type: ${scheduler}, CFG scale: ${body.cfg_scale}, Seed: ${body.seed}, Size: ${body.width}x${body.height}, Model hash: ${checkpoint.hash}, Model: ${checkpoint.name}${hashes ? `, Lora hashes: "${hashes}"` : ''}, Version: 1.10.1`;
  return {
    width,
    height,
    infotext,
    info: {
      prompt: body.prompt,
      negative_prompt: body.negative_prompt,
      seed: body.seed,
      all_seeds: [body.seed],
      width: body.width,
      height: body.height,
      sampler_name: sampler,
      cfg_scale: body.cfg_scale,
      steps: body.steps,
      sd_model_name: checkpoint.name,
      sd_model_hash: checkpoint.hash,
      sd_vae_name: null,
      denoising_strength: body.denoising_strength ?? null,
      extra_generation_params: {
        ...(hashes && { 'Lora hashes': hashes }),
        ...(inversions.length > 0 && { 'TI hashes': inversions.map((name) => `${name}: 00`).join(', ') }),
      },
      infotexts: [infotext],
      clip_skip: clipSkip,
      version: '1.10.1',
    },
  };
}
