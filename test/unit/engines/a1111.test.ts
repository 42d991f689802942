import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inflateSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createA1111 } from '../../../server/src/engines/a1111';
import type { EngineProgress } from '../../../server/src/engines/engine';
import type { RemoteEngine } from '../../../server/src/engines/remote';
import { readPictureText } from '../../../server/src/formats/pictureText';
import type { ServerLibrary } from '../../../server/src/shared/engines';
import { type A1111Faults, type FakeA1111, fakeA1111 } from './fakes/a1111';
import { planFor, problemFor } from './plans';
import { recordedFile } from './recorded';

const TIMES = { poll: 20, restart: 200, cancel: 1000 };
const open: { close(): Promise<void> }[] = [];
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'sdprompt-engines-'));
});
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
  rmSync(folder, { recursive: true, force: true });
});

async function connect(faults: A1111Faults = {}, secret?: string) {
  const server = await fakeA1111(faults);
  const engine = createA1111({ name: 'box', type: 'a1111', url: server.url }, secret, TIMES);
  open.push({
    close: async () => {
      await engine.dispose();
      await server.close();
    },
  });
  return { server, engine };
}

async function libraryOf(engine: RemoteEngine): Promise<ServerLibrary> {
  const library = await engine.library();
  if (!library.ok) throw new Error(library.problem.message);
  return library.value;
}

const PROMPT = `a red house <lora:alpha:0.8>, tiOne
Negative prompt: dull
Steps: 4, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 6.5, Seed: 42, Size: 64x96, Model: tinyB, Clip skip: 2`;

async function draw(
  { engine }: { server: FakeA1111; engine: RemoteEngine },
  text = PROMPT,
  more: { signal?: AbortSignal; onProgress?: (progress: EngineProgress) => void } = {},
) {
  const plan = planFor(await libraryOf(engine), text);
  return engine.generate(plan, { outputPath: path.join(folder, 'a.png'), ...more });
}

const files = () => readdirSync(folder);

describe('the lists of a server', () => {
  it('are read as the real 1.10.1 gave them', async () => {
    const { engine } = await connect();
    const library = await libraryOf(engine);
    expect(library).toMatchObject({
      engine: 'box',
      program: 'a1111',
      currentModel: 'tinyA.safetensors [4561fab372]',
    });
    expect(library.loras.map(({ name, alias }) => [name, alias])).toEqual([
      ['alpha', 'AlphaAlias'],
      ['beta', undefined],
      ['delta', 'shared_alias'],
      ['last', undefined],
      ['gamma', 'shared_alias'],
    ]);
    expect(library.models[1]).toEqual({
      name: 'tinyB',
      file: 'tinyB.safetensors [49c40a09c5]',
      hash: '49c40a09c5',
    });
    expect(library.samplers).toHaveLength(20);
    expect(library.upscalers).toContain('Latent (nearest-exact)');
    expect(library.embeddings).toContainEqual({ name: 'two words', vectors: 2 });
  });

  it.each([
    [
      'SD.Next',
      { '/sdapi/v1/version': { current: '2026-05-01' } },
      { program: 'sdnext', version: '2026-05-01' },
    ],
    ['stable-diffusion.cpp', { '/sdcpp/v1/capabilities': {} }, { program: 'sdcpp' }],
    [
      'Forge',
      { '/sdapi/v1/sd-modules': [{ model_name: 'ae.safetensors' }] },
      { program: 'forge', vaes: ['ae.safetensors'] },
    ],
  ])('tell %s from the others', async (_, routes, wanted) => {
    const { engine } = await connect({ routes });
    expect(await libraryOf(engine)).toMatchObject(wanted);
  });

  it('resolve a block without a model to what is loaded there', async () => {
    const { engine } = await connect();
    expect(planFor(await libraryOf(engine), 'a cat').model).toMatchObject({
      name: 'tinyA',
      hash: '4561fab372',
    });
  });

  it.each([
    ['a <lora:nowhere:1>', 'unknown-lora', 'nowhere'],
    ['a <lora:Alpha:1>', 'unknown-lora', 'Alpha'],
    ['a\nSampler: Bogus 9000', 'unknown-sampler', 'Bogus 9000'],
    ['a\nSteps: 2, Schedule type: Wavy', 'unknown-schedule', 'Wavy'],
    ['a\nModel: gone', 'unknown-model', 'gone'],
    ['a\nSteps: 2, Refiner: gone, Refiner switch at: 0.5', 'unknown-model', 'gone'],
  ])('refuse %j by name', async (text, code, name) => {
    const { engine } = await connect();
    const problem = problemFor(await libraryOf(engine), text);
    expect(problem.code).toBe(code);
    expect(problem.message).toContain(name);
    expect(problem.message).toContain('box');
  });
});

describe('a picture', () => {
  it('is asked for with the fields of the request model and saved as it came', async () => {
    const both = await connect();
    const outcome = await draw(both);
    expect(outcome).toMatchObject({
      type: 'done',
      result: {
        seed: 42,
        width: 64,
        height: 96,
        engine: {
          name: 'box',
          type: 'a1111',
          version: '1.10.1',
          checkpoint: 'tinyB [49c40a09c5]',
          differences: [],
        },
      },
    });
    const { body } = both.server.to('/sdapi/v1/txt2img')[0]!;
    expect(body).toMatchObject({
      prompt: 'a red house <lora:alpha:0.8>, tiOne',
      negative_prompt: 'dull',
      steps: 4,
      sampler_name: 'DPM++ 2M',
      scheduler: 'Karras',
      cfg_scale: 6.5,
      seed: 42,
      width: 64,
      height: 96,
      save_images: false,
      override_settings: {
        sd_model_checkpoint: 'tinyB.safetensors [49c40a09c5]',
        CLIP_stop_at_last_layers: 2,
        randn_source: 'CPU',
      },
    });
    expect(files()).toEqual(['a.png']);
    const text = readPictureText(readFileSync(path.join(folder, 'a.png')), inflateSync).parameters;
    expect(text).toContain('Model: tinyB');
    expect(both.server.drawn).toHaveLength(1);
  });

  it('never takes the place of another', async () => {
    const both = await connect();
    await draw(both);
    await draw(both);
    expect(files()).toEqual(['a-2.png', 'a.png']);
  });

  it('tells every step, with pictures and the place in the queue', async () => {
    const both = await connect({ jobMs: 150 });
    const seen: EngineProgress[] = [];
    const [first] = await Promise.all([
      draw(both, PROMPT, { onProgress: (progress) => seen.push(progress) }),
      draw(both),
    ]);
    expect(first.type).toBe('done');
    expect(seen.map(({ phase }) => phase)).toContain('queue');
    const step = seen.find(({ encoded }) => encoded !== undefined);
    expect(step).toMatchObject({
      phase: 'sample',
      step: 2,
      of: 4,
      overall: 0.5,
      encoded: { type: 'image/png' },
    });
  });

  it('sends the hires pass, the refiner and the picture to start from', async () => {
    const both = await connect();
    await draw(
      both,
      `${PROMPT.replace('Clip skip: 2', 'Hires upscale: 2, Hires upscaler: Latent, Hires steps: 3, Hires sampler: Euler, Denoising strength: 0.6, Refiner: tinyA, Refiner switch at: 0.8')}`,
    );
    const { body } = both.server.to('/sdapi/v1/txt2img')[0]!;
    expect(body).toMatchObject({
      enable_hr: true,
      hr_resize_x: 128,
      hr_resize_y: 192,
      hr_second_pass_steps: 3,
      hr_upscaler: 'Latent',
      hr_sampler_name: 'Euler',
      denoising_strength: 0.6,
      refiner_checkpoint: 'tinyA.safetensors [4561fab372]',
      refiner_switch_at: 0.8,
    });
    expect(body).not.toHaveProperty('hr_cfg');
    const library = await libraryOf(both.engine);
    const init = path.resolve(import.meta.dirname, '../../golden/engines/a1111/init.png');
    const plan = planFor(library, `a red house\nSteps: 2, Init image: ${init}, Denoising strength: 0.5`);
    const outcome = await both.engine.generate(plan, { outputPath: path.join(folder, 'b.png') });
    expect(outcome.type).toBe('done');
    expect(both.server.to('/sdapi/v1/img2img')[0]!.body).toMatchObject({
      init_images: [recordedFile('a1111', 'init.png').toString('base64')],
      denoising_strength: 0.5,
    });
  });

  it('says each thing that was drawn otherwise', async () => {
    const both = await connect({
      drawsWith: { name: 'other', hash: '0000000000' },
      badLoras: ['alpha'],
    });
    const outcome = await draw(both);
    expect(outcome.type === 'done' && outcome.result.engine?.differences).toEqual([
      'Checkpoint: asked for tinyB [49c40a09c5], drawn with other [0000000000].',
      'LoRA alpha: the server did not load it.',
    ]);
  });

  it('leaves the settings of the server as they were', async () => {
    const both = await connect({ keepsSettings: true });
    const before = { ...both.server.settings };
    await draw(both);
    expect(both.server.settings).toEqual(before);
  });

  it('sends the password with the first request', async () => {
    const both = await connect({ auth: 'user:pässword' }, 'user:pässword');
    expect((await draw(both)).type).toBe('done');
    const { engine } = await connect({ auth: 'user:pässword' }, 'user:wrong');
    const library = await engine.library();
    expect(library).toMatchObject({ ok: false, problem: { code: 'engine-not-allowed' } });
    expect(JSON.stringify(library)).not.toContain('wrong');
  });
});

describe('a job ends once, with a typed problem', () => {
  it.each([
    ['out-of-memory', 'engine-out-of-memory'],
    ['not-json', 'engine-bad-answer'],
    ['no-picture', 'engine-bad-answer'],
    ['no-png', 'engine-bad-answer'],
    ['lose', 'engine-answer-lost'],
  ] as const)('%s', async (fault, code) => {
    const both = await connect({ job: () => fault, jobMs: 30 });
    expect(await draw(both)).toMatchObject({ type: 'failed', problem: { code } });
    expect(both.server.to('/sdapi/v1/txt2img')).toHaveLength(1);
    expect(files()).toEqual([]);
  });

  it('is sent once more where the server restarted and forgot it, and says so', async () => {
    const both = await connect({ job: (count) => (count === 0 ? 'restart' : undefined) });
    const outcome = await draw(both);
    expect(outcome).toMatchObject({
      type: 'done',
      result: { notes: [expect.stringContaining('sent once more')] },
    });
    expect(both.server.drawn).toHaveLength(1);
    const always = await connect({ job: () => 'restart' });
    expect(await draw(always)).toMatchObject({ type: 'failed', problem: { code: 'engine-lost-job' } });
    expect(always.server.to('/sdapi/v1/txt2img')).toHaveLength(2);
  });

  it('is not sent again where the server does not come back', async () => {
    const both = await connect({ jobMs: 5000 });
    const drawing = draw(both, PROMPT, {
      onProgress: ({ phase }) => {
        if (phase === 'sample') void both.server.close();
      },
    });
    expect(await drawing).toMatchObject({ type: 'failed', problem: { code: 'engine-unreachable' } });
  });

  it('says what to start where nothing listens, or the API is off', async () => {
    const { server, engine } = await connect();
    await server.close();
    const away = await engine.library();
    expect(away).toMatchObject({ ok: false, problem: { code: 'engine-unreachable' } });
    expect(!away.ok && away.problem.remedy).toMatch(/--api.*--listen/);
    const off = await connect({ apiOff: true });
    expect(await off.engine.library()).toMatchObject({ ok: false, problem: { code: 'engine-api-off' } });
  });

  it('notes a picture that somebody interrupted', async () => {
    const both = await connect({ job: () => 'interrupted' });
    const outcome = await draw(both);
    expect(outcome.type === 'done' && outcome.result.engine?.differences.join()).toContain('interrupted');
  });
});

describe('cancelling', () => {
  it('interrupts the job while it runs', async () => {
    const both = await connect({ jobMs: 3000 });
    const abort = new AbortController();
    const outcome = await draw(both, PROMPT, {
      signal: abort.signal,
      onProgress: ({ phase }) => {
        if (phase === 'sample') abort.abort();
      },
    });
    expect(outcome).toEqual({ type: 'cancelled' });
    expect(both.server.interrupts).toHaveLength(1);
    expect(existsSync(path.join(folder, 'a.png'))).toBe(false);
  });

  it('never interrupts somebody else’s picture', async () => {
    const both = await connect({ jobMs: 400 });
    const other = draw(both);
    await libraryOf(both.engine);
    const abort = new AbortController();
    const mine = draw(both, PROMPT, {
      signal: abort.signal,
      onProgress: ({ phase, of }) => {
        if (phase === 'queue' && of > 0) abort.abort();
      },
    });
    expect(await mine).toEqual({ type: 'cancelled' });
    expect((await other).type).toBe('done');
    expect(both.server.drawn).toHaveLength(1);
    // The waiting one was stopped when its turn came.
    expect(both.server.interrupts.every((id) => !both.server.drawn.includes(id))).toBe(true);
  });
});
