import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { renderPictures } from '../../../server/src/cli/renderPictures';
import type { GenerateOutcome } from '../../../server/src/engines/local/host';
import type { GenerationResult } from '../../../server/src/shared/engineProtocol';
import type { GenerationPlan } from '../../../server/src/shared/plan';

const made = (name: string): GenerateOutcome => ({
  type: 'done',
  result: {
    path: `/out/${name}`,
    width: 64,
    height: 64,
    seed: 1,
    merged: [],
    timings: {},
  } as unknown as GenerationResult,
});
const failed = (code: string): GenerateOutcome => ({
  type: 'failed',
  problem: { code, message: 'It went wrong.', remedy: 'Try again.' },
});
const CANCELLED: GenerateOutcome = { type: 'cancelled' };

async function render(outcomes: readonly GenerateOutcome[], asJson = false) {
  const output = { stdout: '', stderr: '' };
  const into = (key: keyof typeof output) => ({
    write(text: string) {
      output[key] += text;
    },
  });
  const rest = [...outcomes];
  const code = await renderPictures({
    io: {
      cwd: '/out',
      env: {},
      stdin: new PassThrough(),
      stdout: into('stdout'),
      stderr: into('stderr'),
      signal: new AbortController().signal,
    },
    folder: '/out',
    pictures: outcomes.map((_, index) => ({
      plans: new Map([['local', {} as GenerationPlan]]),
      name: () => `${index}.png`,
    })),
    asJson,
    engines: [
      {
        name: 'local',
        type: 'local',
        capacity: 1,
        generate: async () => rest.shift()!,
        dispose: async () => undefined,
      },
    ],
  });
  return { code, ...output, asked: outcomes.length - rest.length };
}

describe('rendering several pictures', () => {
  it('makes them all', async () => {
    const { code, stdout, stderr } = await render([made('a.png'), made('b.png')]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^a\.png .*\nb\.png /);
    expect(stderr).toBe('');
  });

  it('goes on after a crash, and says how many were made', async () => {
    const { code, stdout, stderr } = await render([made('a.png'), failed('engine-crashed'), made('c.png')]);
    expect(code).toBe(1);
    expect(stdout).toContain('c.png');
    expect(stderr).toContain('2 of 3: It went wrong.');
    expect(stderr).toMatch(/2 of 3 pictures made, 1 failed\.\n$/);
  });

  it('prints as JSON what was made, failures or not', async () => {
    const { code, stdout } = await render([failed('engine-crashed'), made('b.png')], true);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject([{ path: '/out/b.png' }]);
  });

  it('stops where no engine can be started', async () => {
    const { code, stderr, asked } = await render([failed('engine-start'), made('b.png'), made('c.png')]);
    expect(code).toBe(1);
    expect(asked).toBe(1);
    expect(stderr).toMatch(/0 of 3 pictures made, 1 failed, 2 not started\.\n$/);
  });

  it('stops at a cancel, and still prints what was made', async () => {
    const { code, stdout, stderr, asked } = await render([made('a.png'), CANCELLED, made('c.png')], true);
    expect(code).toBe(2);
    expect(asked).toBe(2);
    expect(JSON.parse(stdout)).toHaveLength(1);
    expect(stderr).toBe('Cancelled.\n1 of 3 pictures made, 2 not started.\n');
  });

  it('has no summary for one picture', async () => {
    const { code, stdout, stderr } = await render([failed('model-missing')], true);
    expect(code).toBe(1);
    expect(stdout).toBe('[]\n');
    expect(stderr).not.toContain('pictures made');
  });
});
