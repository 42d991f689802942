import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inflateSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createComfyUi } from '../../../server/src/engines/comfyui';
import type { EngineProgress } from '../../../server/src/engines/engine';
import type { RemoteEngine } from '../../../server/src/engines/remote';
import { readPictureText } from '../../../server/src/formats/pictureText';
import type { ServerLibrary } from '../../../server/src/shared/engines';
import { type ComfyFaults, type FakeComfyUi, fakeComfyUi } from './fakes/comfyui';
import { planFor, problemFor } from './plans';

const TIMES = { poll: 20, restart: 300, cancel: 1000 };
const clipMergesPath = path.resolve(import.meta.dirname, '../../../media/clip/merges.txt.gz');
const open: { close(): Promise<void> }[] = [];
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'sdprompt-comfyui-'));
});
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
  rmSync(folder, { recursive: true, force: true });
});

async function connect(faults: ComfyFaults = {}, secret?: string) {
  const server = await fakeComfyUi(faults);
  const engine = createComfyUi(
    { name: 'comfy', type: 'comfyui', url: server.url },
    { secret, times: TIMES, clipMergesPath },
  );
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

const PROMPT = `a red house <lora:style_b:0.8>
Negative prompt: blurry
Steps: 4, Sampler: Euler, CFG scale: 7, Seed: 42, Size: 64x96, Model: rand15_f16`;

async function draw(
  { engine }: { server: FakeComfyUi; engine: RemoteEngine },
  text = PROMPT,
  more: { signal?: AbortSignal; onProgress?: (progress: EngineProgress) => void } = {},
) {
  return engine.generate(planFor(await libraryOf(engine), text), {
    outputPath: path.join(folder, 'a.png'),
    ...more,
  });
}

describe('a ComfyUI', () => {
  it('is read with its lists and the headers of its LoRAs', async () => {
    const { engine } = await connect();
    const library = await libraryOf(engine);
    expect(library).toMatchObject({ program: 'comfyui', version: '0.33.0', nodes: ['ManualSigmas'] });
    expect(library.loras.find(({ name }) => name === 'style_b')).toMatchObject({
      file: 'styles/ink/style_b.safetensors',
      metadata: { ss_base_model_version: 'sd_v1' },
    });
    expect(library.embeddings.map(({ name }) => name)).toEqual(['hands', 'gloom', 'xl_word']);
    expect(planFor(library, PROMPT.replace('style_b', 'styles/ink/style_b')).loras[0]?.path).toBe(
      'styles/ink/style_b.safetensors',
    );
    expect(problemFor(library, PROMPT.replace('style_b', 'gone')).code).toBe('unknown-lora');
    expect(problemFor(library, PROMPT.replace('rand15_f16', 'gone')).code).toBe('unknown-model');
  });

  it('draws, and the picture carries our text as A1111 readers expect it', async () => {
    const both = await connect();
    const seen: EngineProgress[] = [];
    const outcome = await draw(both, PROMPT, { onProgress: (progress) => seen.push(progress) });
    expect(outcome).toMatchObject({
      type: 'done',
      result: {
        seed: 42,
        width: 64,
        height: 96,
        engine: { name: 'comfy', type: 'comfyui', version: '0.33.0', differences: [] },
      },
    });
    const text = readPictureText(readFileSync(path.join(folder, 'a.png')), inflateSync).parameters;
    expect(text).toMatch(
      /^a red house <lora:style_b:0\.8>\nNegative prompt: blurry\nSteps: 4, Sampler: Euler/,
    );
    expect(seen.find(({ phase }) => phase === 'sample')).toMatchObject({ step: 1, of: 4, overall: 0.25 });
    expect(seen.some(({ encoded }) => encoded?.type === 'image/png')).toBe(true);
  });

  it('uploads the noise of ancestral samplers', async () => {
    const both = await connect();
    const outcome = await draw(both, PROMPT.replace('Euler', 'Euler a'));
    expect(outcome.type).toBe('done');
    const [[, file]] = [...both.server.uploads];
    const length = Number(file!.readBigUInt64LE(0));
    expect(JSON.parse(file!.toString('utf8', 8, 8 + length))).toMatchObject({
      latent_tensor: { dtype: 'F32', shape: [4, 4, 12, 8] },
    });
    expect(file!.length).toBe(8 + length + 4 * 4 * 12 * 8 * 4);
  });

  it('draws the second pass and from a picture', async () => {
    const both = await connect();
    expect(await draw(both, `${PROMPT}, Hires upscale: 2, Denoising strength: 0.6`)).toMatchObject({
      type: 'done',
      result: { width: 128, height: 192, engine: { differences: [] } },
    });
    const init = path.resolve(import.meta.dirname, '../../golden/engines/comfyui/graphs/init.png');
    const outcome = await draw(
      both,
      `${PROMPT.replace('64x96', '64x64')}, Init image: ${init}, Denoising strength: 0.5`,
    );
    expect(outcome.type).toBe('done');
    expect([...both.server.uploads.keys()].some((name) => name.endsWith('.png'))).toBe(true);
  });

  it('tells what only its console says', async () => {
    const both = await connect({ console: ['lora key not loaded: a', 'lora key not loaded: b'] });
    const outcome = await draw(both);
    expect(outcome.type === 'done' && outcome.result.engine?.differences).toEqual([
      'LoRA: 2 tensors found no place in the model and were left out.',
    ]);
  });

  it('takes a token', async () => {
    const both = await connect({ auth: 'token' }, 'token');
    expect((await draw(both)).type).toBe('done');
    const { engine } = await connect({ auth: 'token' });
    expect(await engine.library()).toMatchObject({ ok: false, problem: { code: 'engine-not-allowed' } });
  });
});

describe('a job on ComfyUI ends once, with a typed problem', () => {
  it.each([
    ['out-of-memory', 'engine-out-of-memory'],
    ['node-fails', 'engine-job-failed'],
    ['no-output', 'engine-bad-answer'],
    ['interrupted', 'engine-interrupted'],
  ] as const)('%s', async (fault, code) => {
    const both = await connect({ job: () => fault, jobMs: 20 });
    expect(await draw(both)).toMatchObject({ type: 'failed', problem: { code } });
    expect(both.server.to('/prompt')).toHaveLength(1);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is sent once more where the server restarted, and says so', async () => {
    const both = await connect({ job: (count) => (count === 0 ? 'restart' : undefined) });
    expect(await draw(both)).toMatchObject({
      type: 'done',
      result: { notes: [expect.stringContaining('sent once more')] },
    });
    expect(both.server.drawn).toHaveLength(1);
    const always = await connect({ job: () => 'restart' });
    expect(await draw(always)).toMatchObject({ type: 'failed', problem: { code: 'engine-lost-job' } });
  });

  it('is found by asking where the socket is lost', async () => {
    const both = await connect({ job: () => 'socket-lost', jobMs: 60 });
    expect((await draw(both)).type).toBe('done');
    expect(both.server.to('/prompt')).toHaveLength(1);
  });

  it('names node and input of what is refused', async () => {
    const both = await connect();
    const library = await libraryOf(both.engine);
    const plan = planFor(library, PROMPT);
    const outcome = await both.engine.generate(
      { ...plan, loras: [{ ...plan.loras[0]!, path: 'gone.safetensors' }] },
      { outputPath: path.join(folder, 'b.png') },
    );
    expect(outcome).toMatchObject({ type: 'failed', problem: { code: 'engine-refused' } });
    expect(outcome.type === 'failed' && outcome.problem.message).toMatch(/LoraLoader \(2\).*lora_name.*gone/);
  });
});

describe('cancelling on ComfyUI', () => {
  it.each([false, true])('stops this job only (older server: %s)', async (isOld) => {
    const both = await connect({ jobMs: 400, isOld });
    const abort = new AbortController();
    const other = draw(both);
    const mine = draw(both, PROMPT, {
      signal: abort.signal,
      onProgress: ({ phase, of }) => {
        if (phase === 'queue' && of > 0) abort.abort();
      },
    });
    expect(await mine).toEqual({ type: 'cancelled' });
    expect((await other).type).toBe('done');
    expect(both.server.cancelled).toHaveLength(1);
  });

  it.each([false, true])('stops it while it runs (older server: %s)', async (isOld) => {
    const both = await connect({ jobMs: 3000, isOld });
    const abort = new AbortController();
    const outcome = await draw(both, PROMPT, {
      signal: abort.signal,
      onProgress: ({ phase }) => {
        if (phase === 'sample') abort.abort();
      },
    });
    expect(outcome).toEqual({ type: 'cancelled' });
    await expect.poll(() => both.server.cancelled.length).toBe(1);
    expect(both.server.drawn).toEqual([]);
  });
});
