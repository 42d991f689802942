import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { type A1111Faults, type FakeA1111, fakeA1111 } from '../unit/engines/fakes/a1111';
import { layOut, runCli, temporaryTree } from './scenario';

const { root, tree } = temporaryTree();
afterAll(() => rmSync(root, { recursive: true, force: true }));

const PROMPT = `a red house <lora:alpha:0.8>
Negative prompt: dull
Steps: 2, Sampler: Euler, CFG scale: 5, Seed: 7, Size: 64x64, Model: tinyA`;
layOut(
  '',
  {
    description: '',
    args: [],
    exitCode: 0,
    write: {
      'a.sdprompt': `${PROMPT}\n`,
      'three.sdprompt': [1, 2, 3].map((seed) => PROMPT.replace('Seed: 7', `Seed: ${seed}`)).join('\n---\n'),
    },
  },
  tree,
);

const servers: FakeA1111[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

/** Starts fake web UIs and defines them for the command line by the names a, b, c. */
async function define(...faults: A1111Faults[]): Promise<Readonly<Record<string, string>>> {
  const engines: Record<string, unknown> = {};
  for (const [index, one] of faults.entries()) {
    const server = await fakeA1111(one);
    servers.push(server);
    engines['abc'[index]!] = { type: 'a1111', url: server.url };
  }
  const file = path.join(root, 'engines.json');
  writeFileSync(file, `// engines of this machine\n${JSON.stringify({ engines })}`);
  return { SDPROMPT_ENGINES: file };
}

const render = (args: readonly string[], env: Readonly<Record<string, string>>) =>
  runCli(tree, ['render', ...args], { env });
const pictures = (folder: string) =>
  readdirSync(path.join(tree, folder))
    .filter((name) => !name.startsWith('.'))
    .sort();

describe('render --engine', () => {
  it('draws on the engine and says which one', async () => {
    const env = await define({});
    const { code, stdout, stderr } = await render(['a.sdprompt', '-o', 'one', '--engine', 'a'], env);
    expect({ code, stderr: stderr.replace(/^waiting.*\n/gm, '') }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^one\/a\.png {2}64x64, seed 7, [\d.]+ s, a \(AUTOMATIC1111 1\.10\.1\)\n$/);
    expect(pictures('one')).toEqual(['a.png']);
    const json = await render(['a.sdprompt', '-o', 'one', '--engine', 'a', '--json'], env);
    expect(JSON.parse(json.stdout)).toMatchObject([
      { seed: 7, engine: { name: 'a', type: 'a1111', version: '1.10.1', checkpoint: 'tinyA [4561fab372]', differences: [] } },
    ]);
  });

  it('is named by the block or the configuration, too', async () => {
    const env = await define({}, {});
    writeFileSync(path.join(tree, 'b.sdprompt'), `${PROMPT}, Engine: b\n`);
    expect((await render(['b.sdprompt', '-o', 'block'], env)).code).toBe(0);
    expect(servers.map(({ drawn }) => drawn.length)).toEqual([0, 1]);
    expect((await render(['b.sdprompt', '-o', 'block', '--engine', 'a'], env)).code).toBe(0);
    expect(servers.map(({ drawn }) => drawn.length)).toEqual([1, 1]);
    writeFileSync(path.join(tree, 'engine.json'), '{ "engine": "a" }');
    expect((await render(['a.sdprompt', '-o', 'block', '--config', 'engine.json'], env)).code).toBe(0);
    expect(servers.map(({ drawn }) => drawn.length)).toEqual([2, 1]);
    const linted = await runCli(tree, ['lint', 'b.sdprompt'], { env: { SDPROMPT_ENGINES: '/nowhere.json' } });
    expect(linted.stdout).not.toMatch(/engine/i);
  });

  it('contacts nothing for a name that nobody defined', async () => {
    const env = await define({});
    const { code, stderr } = await render(['a.sdprompt', '--engine', 'z'], env);
    expect(code).toBe(2);
    expect(stderr).toMatch(/No engine `z`.*local, a/);
    writeFileSync(path.join(tree, 'bad.json'), '{ "engines": { "x": { "type": "a1111", "url": "http://127.0.0.1:1" } } }');
    const own = await render(['a.sdprompt', '--engine', 'a', '--config', 'bad.json'], env);
    expect(own.code).toBe(2);
    expect(own.stderr).toContain('engines.json');
    expect(servers[0]!.received).toEqual([]);
  });

  it('tells what was drawn otherwise, and fails with --strict', async () => {
    const env = await define({ drawsWith: { name: 'other', hash: '0123456789' } });
    const { code, stderr } = await render(['a.sdprompt', '-o', 'other', '--engine', 'a'], env);
    expect(code).toBe(0);
    expect(stderr).toContain('note: a: Checkpoint: asked for tinyA [4561fab372], drawn with other [0123456789].');
    expect((await render(['a.sdprompt', '-o', 'other', '--engine', 'a', '--strict'], env)).code).toBe(1);
  });

  it('refuses what the server lacks before anything is sent', async () => {
    const env = await define({});
    writeFileSync(path.join(tree, 'gone.sdprompt'), PROMPT.replace('alpha', 'gone'));
    const { code, stderr } = await render(['gone.sdprompt', '--engine', 'a'], env);
    expect(code).toBe(2);
    expect(stderr).toContain('The engine a has no LoRA gone.');
    expect(servers[0]!.to('/sdapi/v1/txt2img')).toEqual([]);
  });

  it('says in one message what to start where the server is away', async () => {
    const env = await define({});
    await servers[0]!.close();
    const { code, stderr } = await render(['a.sdprompt', '-o', 'away', '--engine', 'a'], env);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^sdprompt: The engine at http:\/\/127\.0\.0\.1:\d+ cannot be reached: nothing listens[^\n]*\n {2}[^\n]*--api[^\n]*--listen[^\n]*\n$/);
  });

  it('shares the pictures among several engines and survives one that fails', async () => {
    const env = await define({ jobMs: 50 }, { jobMs: 50, job: () => 'out-of-memory' }, { jobMs: 50 });
    const { code, stderr } = await render(['three.sdprompt', '-o', 'many', '--engine', 'a,b,c'], env);
    expect(code).toBe(1);
    expect(stderr).toContain('out of memory');
    expect(pictures('many')).toHaveLength(2);
    const again = await render(['three.sdprompt', '-o', 'many', '--engine', 'a,c', '--resume'], env);
    expect(again.code).toBe(0);
    expect(again.stderr.match(/is there already/g)).toHaveLength(2);
    expect(pictures('many')).toEqual(['three-1.png', 'three-2.png', 'three-3.png']);
  });

  it('never shows a password', async () => {
    const env = await define({ auth: 'user:geheim' });
    const { code, stdout, stderr } = await render(['a.sdprompt', '--engine', 'a'], {
      ...env,
      SDPROMPT_ENGINE_A_AUTH: 'user:verkehrt',
    });
    expect(code).toBe(1);
    expect(stderr).toContain('SDPROMPT_ENGINE_');
    expect(stdout + stderr + readFileSync(env.SDPROMPT_ENGINES!, 'utf8')).not.toContain('verkehrt');
    expect(
      (await render(['a.sdprompt', '-o', 'auth', '--engine', 'a'], { ...env, SDPROMPT_ENGINE_A_AUTH: 'user:geheim' })).code,
    ).toBe(0);
  });
});

describe('what a server has', () => {
  it('is listed, linted against and checked, and kept for when it is away', async () => {
    const env = await define({});
    const listed = await runCli(tree, ['loras', '--engine', 'a'], { env });
    expect(listed.code).toBe(0);
    expect(listed.stdout).toMatch(/^alpha /m);
    expect(listed.stdout).toMatch(/^gamma /m);
    writeFileSync(path.join(tree, 'names.sdprompt'), PROMPT.replace('alpha', 'nowhere'));
    const linted = await runCli(tree, ['lint', 'names.sdprompt', '--engine', 'a', '--no-gitignore'], { env });
    expect(linted.stdout).toContain('unknown-lora');
    const fine = await runCli(tree, ['lint', 'a.sdprompt', '--engine', 'a'], { env });
    expect(fine.stdout).not.toContain('unknown-lora');
    expect(servers[0]!.to('/sdapi/v1/txt2img')).toEqual([]);
    const locked = await runCli(tree, ['lock', '--check', '--engine', 'a'], { env });
    expect(locked.code).toBe(1);
    expect(locked.stdout).toContain('nowhere: the engine does not have it.');
    await servers[0]!.close();
    const known = await runCli(tree, ['loras', '--engine', 'a'], { env });
    expect(known.code).toBe(0);
    expect(known.stdout).toBe(listed.stdout);
    expect(known.stderr).toMatch(/cannot be reached[\s\S]*note: what a had \d+ minutes? ago is used\./);
  });

  it('is never asked for without being named', async () => {
    const env = await define({});
    writeFileSync(path.join(tree, 'named.sdprompt'), `${PROMPT}, Engine: a`);
    await runCli(tree, ['lint', 'named.sdprompt'], { env });
    expect(servers[0]!.received).toEqual([]);
  });
});

describe('convert --to comfyui-workflow', () => {
  it('writes a graph that names files as they are called here', async () => {
    writeFileSync(path.join(tree, 'builtin.json'), '{ "loraPaths": ["builtin"] }');
    writeFileSync(
      path.join(tree, 'hat.sdprompt'),
      'a (top:1.2) hat <lora:hat:0.8>\nSteps: 2, Sampler: Euler, CFG scale: 5, Seed: 7, Size: 96x96\n',
    );
    const { code, stdout, stderr } = await runCli(tree, [
      ...['convert', 'hat.sdprompt', '--to', 'comfyui-workflow', '--config', 'builtin.json'],
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('prompt-control') });
    const graph: Record<string, { class_type: string; inputs: Record<string, unknown> }> = JSON.parse(stdout);
    const inputsOf = (wanted: string) =>
      Object.values(graph).find(({ class_type }) => class_type === wanted)?.inputs;
    expect(inputsOf('LoraLoader')).toMatchObject({ lora_name: 'hat.safetensors', strength_model: 0.8 });
    expect(inputsOf('RandomNoise')).toEqual({ noise_seed: 7 });
    expect(inputsOf('SaveImage')).toMatchObject({ filename_prefix: 'sdprompt' });
  });
});
