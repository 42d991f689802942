import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkpointOf } from '../../../scripts/checkpoint/convert';
import { parse } from '../../../server/src/language/syntax/parse';
import { createProject } from '../../../server/src/workspace/project';
import { environmentToRun } from '../../../server/src/workspace/usedModels';
import { readFile, writeFile } from '../../engine/safetensorsFile';

const DEMO = path.resolve('media/demo-model');
const root = mkdtempSync(path.join(tmpdir(), 'sdprompt-models-'));
const models = path.join(root, 'models');
const file = path.join(models, 'sub', 'my-model_v1.safetensors');
const prompt = path.join(root, 'a.sdprompt');

beforeAll(() => {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, checkpointOf(DEMO, { dtype: 'F16', architecture: 'demo' }));
  cpSync(path.join(DEMO, 'loras', 'mira.safetensors'), path.join(models, 'mira.safetensors'));
  writeFileSync(path.join(models, 'old.ckpt'), 'PK');
  writeFileSync(path.join(models, 'other.bin'), 'x');
  const config = { modelPaths: ['models'], models: { named: { path: file, vae: 'vae.safetensors' } } };
  writeFileSync(path.join(root, 'sdprompt.config.json'), JSON.stringify(config));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const open = (trusted: boolean) =>
  createProject({ builtInModelPath: DEMO, trusted, cachePath: path.join(root, 'cache') });

describe('a folder of checkpoints', () => {
  it('gives each a name, and leaves out what is none', async () => {
    writeFileSync(path.join(root, 'sdprompt.config.json'), JSON.stringify({ modelPaths: ['models'] }));
    const project = open(true);
    const { models: found } = await project.environmentFor(prompt);
    project.dispose();
    expect(found.map(({ name }) => name).sort()).toEqual(['demo', 'my-model_v1', 'old']);
    expect(found.find(({ name }) => name === 'my-model_v1')).toMatchObject({
      ...{ path: file, format: 'checkpoint', architecture: 'demo' },
      hashes: { autoV1: expect.stringMatching(/^[0-9a-f]{8}$/) },
    });
    expect(found.find(({ name }) => name === 'old')?.problem?.code).toBe('pickle-not-read');
  });

  it('has its files hashed once, and the hash remembered', async () => {
    const project = open(true);
    await project.hashModels([file]);
    project.dispose();
    const again = open(true);
    const { models: found } = await again.environmentFor(prompt);
    again.dispose();
    const sha256 = createHash('sha256').update(readFileSync(file)).digest('hex');
    expect(found.find(({ name }) => name === 'my-model_v1')?.hashes?.autoV2).toBe(sha256.slice(0, 10));
  });

  it('is not looked at before its workspace is trusted', async () => {
    const config = { modelPaths: ['models'], models: { named: { path: file, vae: file } } };
    writeFileSync(path.join(root, 'sdprompt.config.json'), JSON.stringify(config));
    const project = open(false);
    const { models: found } = await project.environmentFor(prompt);
    project.dispose();
    expect(found.map(({ name }) => name).sort()).toEqual(['demo', 'named']);
    expect(found.find(({ name }) => name === 'named')).toEqual({
      name: 'named',
      format: 'declared',
      source: 'the configuration',
    });
  });
});

describe('hashing before a picture', () => {
  it('can be stopped, leaves nothing half known, and goes on another time', async () => {
    const copy = path.join(models, 'sub', 'stopped.safetensors');
    cpSync(file, copy);
    writeFileSync(path.join(root, 'sdprompt.config.json'), JSON.stringify({ modelPaths: ['models'] }));
    const project = open(true);
    const document = parse('a cat\nSteps: 4, Model: stopped');
    const abort = new AbortController();
    const reading = (_: string, percent: number) => {
      if (percent > 0) abort.abort();
    };
    const stopped = await environmentToRun(project, prompt, document, { reading, signal: abort.signal });
    const hashOf = (environment: typeof stopped) =>
      environment.models.find(({ name }) => name === 'stopped')?.hashes?.autoV2;
    expect(abort.signal.aborted).toBe(true);
    expect(hashOf(stopped)).toBeUndefined();
    expect(hashOf(await environmentToRun(project, prompt, document))).toMatch(/^[0-9a-f]{10}$/);
    project.dispose();
    rmSync(copy);
  });
});

describe('VAEs', () => {
  const place = path.join(root, 'webui', 'models');
  const lone = (name: string, at: string) => {
    const { header, tensors } = readFile(file);
    const own = new Map(
      [...tensors]
        .filter(([tensor]) => tensor.startsWith('first_stage_model.'))
        .map(([tensor, bytes]) => [tensor.slice('first_stage_model.'.length), bytes]),
    );
    const shapes = Object.fromEntries(
      [...own.keys()].map((key) => [key, header[`first_stage_model.${key}`]!]),
    );
    mkdirSync(path.join(place, at), { recursive: true });
    writeFile(path.join(place, at, name), shapes, own, {});
  };
  const vaesOf = async (config: object) => {
    writeFileSync(path.join(root, 'sdprompt.config.json'), JSON.stringify(config));
    const project = open(true);
    const { vaes, models: found } = await project.environmentFor(prompt);
    project.dispose();
    return { names: vaes.map(({ name }) => name), vaes, found };
  };
  beforeAll(() => {
    lone('plain.safetensors', 'Stable-diffusion');
    lone('mine.vae.safetensors', 'Stable-diffusion');
    lone('mse.safetensors', 'VAE');
    cpSync(file, path.join(place, 'Stable-diffusion', 'mine.safetensors'));
    cpSync(file, path.join(place, 'Stable-diffusion', 'other.safetensors'));
    cpSync(path.join(DEMO, 'loras', 'mira.safetensors'), path.join(place, 'VAE', 'mira.safetensors'));
    writeFileSync(path.join(place, 'VAE', 'old.vae.pt'), 'PK');
  });

  it('are found among checkpoints, and in the folder beside them', async () => {
    const { names, vaes, found } = await vaesOf({ modelPaths: ['webui/models/Stable-diffusion'] });
    expect(names).toEqual(['mine.vae.safetensors', 'mse.safetensors', 'old.vae.pt', 'plain.safetensors']);
    expect(vaes.map(({ problem }) => problem?.code)).toEqual([
      undefined,
      undefined,
      'pickle-not-read',
      undefined,
    ]);
    expect(found.map(({ name, vae }) => [name, vae && path.basename(vae)])).toEqual([
      ['mine', 'mine.vae.safetensors'],
      ['other', undefined],
      ['demo', undefined],
    ]);
  });

  it('are those of the configuration, too', async () => {
    const vae = path.join(place, 'VAE', 'mse.safetensors');
    const { names, found } = await vaesOf({ models: { named: { path: file, vae } } });
    expect(names).toEqual(['mse.safetensors']);
    expect(found[0]).toMatchObject({ name: 'named', vae });
  });

  it('are hashed when a picture is made with them, and the hash is remembered', async () => {
    writeFileSync(
      path.join(root, 'sdprompt.config.json'),
      JSON.stringify({ modelPaths: ['webui/models/Stable-diffusion'] }),
    );
    const project = open(true);
    const document = parse('a cat\nSteps: 4, Model: other, VAE: mse');
    const read: string[] = [];
    const percents: number[] = [];
    const options = {
      reading(name: string, percent: number) {
        if (percent === 0) read.push(name);
        percents.push(percent);
      },
    };
    const { vaes } = await environmentToRun(project, prompt, document, options);
    await environmentToRun(project, prompt, document, options);
    project.dispose();
    expect(read).toEqual(['other', 'mse.safetensors']);
    expect(percents.filter((percent) => percent === 100)).toHaveLength(2);
    const whole = readFileSync(path.join(place, 'VAE', 'mse.safetensors'));
    expect(vaes.find(({ name }) => name === 'mse.safetensors')?.hashes?.autoV2).toBe(
      createHash('sha256').update(whole).digest('hex').slice(0, 10),
    );
  });
});
