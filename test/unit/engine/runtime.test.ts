import { describe, expect, it } from 'vitest';
import { chooseProvider } from '../../../server/src/engine/runtime/providers';
import { createRuntime, type InferenceSession } from '../../../server/src/engine/runtime/session';

const backends = [
  { name: 'cpu', bundled: true },
  { name: 'webgpu', bundled: true },
  { name: 'cuda', bundled: false },
];
const withDirectml = [...backends, { name: 'dml', bundled: true }];

describe('the provider', () => {
  it.each([
    ['cpu', 'linux', backends, 'cpu'],
    ['auto', 'linux', backends, 'cpu'],
    ['auto', 'win32', withDirectml, 'dml'],
    ['auto', 'win32', backends, 'cpu'],
    ['auto', 'darwin', backends, 'cpu'],
    ['cuda', 'linux', backends, 'cuda'],
    ['webgpu', 'darwin', backends, 'webgpu'],
  ] as const)('%s on %s', (wanted, platform, known, name) => {
    expect(chooseProvider(wanted, known, platform)).toEqual({ name });
  });

  it('that this build lacks falls back to the CPU, with a note', () => {
    expect(chooseProvider('coreml', backends, 'linux')).toEqual({
      name: 'cpu',
      note: 'CoreML cannot be used, so the CPU is used: this build of ONNX Runtime has cpu, webgpu, cuda.',
    });
  });
});

describe('a runtime', () => {
  const tried: string[] = [];
  const session = {} as InferenceSession;
  const create = (async (_model: unknown, options: InferenceSession.SessionOptions) => {
    const [provider] = options.executionProviders as string[];
    tried.push(provider!);
    if (provider !== 'cpu') throw new Error('no adapter found\n at native code');
    return session;
  }) as unknown as typeof InferenceSession.create;

  it('falls back once, remembers it, and says why', async () => {
    tried.length = 0;
    const runtime = createRuntime(1, { provider: 'webgpu', backends, create });
    expect([runtime.provider, runtime.note]).toEqual(['webgpu', undefined]);
    for (const model of ['a.onnx', new Uint8Array(1)])
      expect((await runtime.open(model, '.', 'speed')).ok).toBe(true);
    expect(tried).toEqual(['webgpu', 'cpu', 'cpu']);
    expect(runtime.provider).toBe('cpu');
    expect(runtime.note).toBe('WebGPU cannot be used, so the CPU is used: no adapter found.');
    expect(runtime.created).toBe(2);
  });

  it('leaves out where in its sources the runtime stopped, however long that is', async () => {
    const place = `/onnxruntime_src/core/providers/webgpu/webgpu_context.cc:136 ${'Initialize::'.repeat(40)}() status == Success was false. `;
    const runtime = createRuntime(1, {
      provider: 'webgpu',
      backends,
      create: (async (_model: unknown, { executionProviders }: InferenceSession.SessionOptions) => {
        if (executionProviders?.[0] !== 'cpu') throw new Error(`${place}No supported adapters\n`);
        return session;
      }) as unknown as typeof InferenceSession.create,
    });
    await runtime.open('a.onnx', '.', 'speed');
    expect(runtime.note).toBe('WebGPU cannot be used, so the CPU is used: No supported adapters.');
  });

  it('lets no thread of a session wait busily that only prepares weights', async () => {
    const extras: unknown[] = [];
    const runtime = createRuntime(1, {
      create: (async (_model: unknown, options: InferenceSession.SessionOptions) => {
        extras.push(options.extra?.session);
        return session;
      }) as unknown as typeof InferenceSession.create,
    });
    await runtime.open(new Uint8Array(1), '.', 'mapped');
    await runtime.open(new Uint8Array(1), '.', 'speed');
    expect(extras[0]).toMatchObject({ disable_prepacking: '1', intra_op: { allow_spinning: '0' } });
    expect(extras[1]).not.toHaveProperty('intra_op');
  });

  it('merges weights on the CPU, whatever draws', async () => {
    tried.length = 0;
    const runtime = createRuntime(1, { provider: 'webgpu', backends, create });
    await runtime.open('a.onnx', '.', 'mapped');
    expect([tried, runtime.provider]).toEqual([['cpu'], 'webgpu']);
  });
});
