import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkpointOf } from '../../../scripts/checkpoint/convert';
import { createProject } from '../../../server/src/workspace/project';

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
