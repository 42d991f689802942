import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { inflateSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { SAMPLERS } from '../../server/src/engine/samplers/index';
import { readPngText } from '../../server/src/formats/png/index';
import type { StepPicture } from '../../server/src/shared/engineProtocol';
import type { PlanPrompt } from '../../server/src/shared/plan';
import { temporaryFolder } from '../unit/engine/support';
import { lora, OPTIONS, planFor, prompt, QUIET, renderer } from './support';

const folder = temporaryFolder();
const { engine, render } = renderer(folder);
afterAll(() => engine.unload());

const edited = (...schedule: [endStep: number, text: string][]): PlanPrompt => ({
  subprompts: [{ weight: 1, schedule: schedule.map(([endStep, text]) => ({ endStep, runs: [[text, 1]] })) }],
});

describe('the same plan', () => {
  it('gives the same bytes, also in a new engine', async () => {
    const first = await render({ loras: [lora('lineart', 0.7)] });
    const second = await render({ loras: [lora('lineart', 0.7)] });
    const other = renderer(folder);
    const third = await other.render({ loras: [lora('lineart', 0.7)] });
    await other.engine.unload();
    expect(second.bytes.equals(first.bytes)).toBe(true);
    expect(third.bytes.equals(first.bytes)).toBe(true);
    expect(third.latentsSha256).toBe(first.latentsSha256);
  });

  it('carries its parameters in the file', async () => {
    const infotext = 'ein Haus, 一座房子, é\nSteps: 6, Sampler: Euler, Seed: 42';
    const { bytes } = await render({ infotext });
    expect(readPngText(bytes, (data) => inflateSync(data)).parameters).toBe(infotext);
  });
});

describe('LoRA weights', () => {
  it('0 is no LoRA, exactly', async () => {
    const plain = await render();
    const zero = await render({ loras: [lora('lineart', 0), lora('mira', 0)] });
    expect(zero.latentsSha256).toBe(plain.latentsSha256);
    expect(zero.strategy.name).toBe('none');
    expect(zero.merged.map(({ applied }) => applied)).toEqual([0, 0]);
  });

  it('0.8, 0.9, 0.8 opens no session and returns to the same bits', async () => {
    await render({ loras: [lora('lineart', 0.5)] });
    const first = await render({ loras: [lora('lineart', 0.8)] });
    const between = await render({ loras: [lora('lineart', 0.9)] });
    const again = await render({ loras: [lora('lineart', 0.8)] });
    expect(again.latentsSha256).toBe(first.latentsSha256);
    expect(between.latentsSha256).not.toBe(first.latentsSha256);
    expect([first, between, again].map((result) => result.sessionsCreated)).toEqual([0, 0, 0]);
  });

  it('adding and removing one opens no session', async () => {
    const plain = await render();
    const one = await render({ loras: [lora('mira', 1)] });
    const two = await render({ loras: [lora('mira', 1), lora('hat', 0.5), lora('lineart_locon', -0.5)] });
    const none = await render();
    expect([one, two, none].map((result) => result.sessionsCreated)).toEqual([0, 0, 0]);
    expect(none.latentsSha256).toBe(plain.latentsSha256);
    expect(two.merged.map(({ name, applied, total }) => [name, applied, total])).toEqual([
      ['mira', 84, 84],
      ['hat', 84, 84],
      ['lineart_locon', 106, 106],
    ]);
  });

  it('reach each part by themselves', async () => {
    const both = await render({ loras: [lora('mira', 1, 1)] });
    const unet = await render({ loras: [lora('mira', 0, 1)] });
    const negative = await render({ loras: [lora('mira', 1, -1)] });
    // The built-in LoRAs change the UNet alone.
    expect(unet.latentsSha256).toBe(both.latentsSha256);
    expect(negative.latentsSha256).not.toBe(both.latentsSha256);
  });
});

describe('prompts', () => {
  it('follows a change in the middle of the run', async () => {
    const house = await render({ positive: 'a red house' });
    const late = await render({ positive: edited([1000, 'a red house'], [1001, 'a blue car']) });
    const never = await render({ positive: edited([3, 'a red house'], [6, 'a blue car']) });
    expect(late.latentsSha256).toBe(house.latentsSha256);
    expect(never.latentsSha256).not.toBe(house.latentsSha256);
  });

  it('composes with AND', async () => {
    const part = (text: string, weight: number) => ({
      weight,
      schedule: prompt(text).subprompts[0].schedule,
    });
    const alone = await render({ positive: 'a red house' });
    const zero = await render({ positive: { subprompts: [part('a red house', 1), part('a blue car', 0)] } });
    const both = await render({ positive: { subprompts: [part('a red house', 1), part('at night', 0.5)] } });
    expect(both.latentsSha256).not.toBe(alone.latentsSha256);
    expect(zero.latentsSha256).not.toBe(both.latentsSha256);
  });

  it('takes prompts of different lengths', async () => {
    const long = `${'a red house, '.repeat(30)} in a meadow`;
    const result = await render({ positive: long, negative: 'night' });
    const composed = await render({
      positive: { subprompts: [...prompt(long).subprompts, ...prompt('snow').subprompts] },
    });
    expect(result.bytes.length).toBeGreaterThan(100);
    expect(composed.latentsSha256).not.toBe(result.latentsSha256);
  });

  it.each([
    ['negative prompt', { negative: 'red' }],
    ['CFG scale', { parameters: { cfgScale: 1 } }],
    ['clip skip', { parameters: { clipSkip: 2 } }],
    ['seed', { parameters: { seed: 43 } }],
    ['noise source', { parameters: { rng: 'NV' } }],
    ['variation seed', { parameters: { variation: { seed: 1, strength: 0.2 } } }],
    ['seed resize', { parameters: { seedResize: { width: 64, height: 64 } } }],
    [
      'emphasis',
      {
        positive: {
          subprompts: [
            {
              weight: 1,
              schedule: [
                {
                  endStep: 9,
                  runs: [
                    ['a red ', 1],
                    ['house', 1.4],
                  ],
                },
              ],
            },
          ],
        },
      },
    ],
  ] as const)('%s changes the picture', async (_, changes) => {
    const plain = await render();
    const changed = await render(changes as Parameters<typeof render>[0]);
    expect(changed.latentsSha256).not.toBe(plain.latentsSha256);
  });

  it('makes other sizes', async () => {
    const result = await render({ parameters: { width: 128, height: 64 } });
    expect([result.width, result.height]).toEqual([128, 64]);
    expect(result.bytes.readUInt32BE(16)).toBe(128);
    expect(result.bytes.readUInt32BE(20)).toBe(64);
  });
});

describe('samplers', () => {
  it.each(SAMPLERS.map((sampler) => sampler.name))('%s', async (sampler) => {
    const result = await render({ parameters: { sampler, steps: 4 } });
    expect(result.timings.sample).toBeGreaterThan(0);
    expect(result.latentsSha256).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('progress', () => {
  it('tells phases, steps and pictures', async () => {
    const phases: string[] = [];
    const steps: [number, number][] = [];
    const pictures: StepPicture[] = [];
    await render(
      {},
      {
        isCancelled: () => false,
        progress({ phase, step, of, picture }) {
          if (phases.at(-1) !== phase) phases.push(phase);
          if (phase === 'sample') steps.push([step, of]);
          if (picture) pictures.push(picture);
        },
      },
      { ...OPTIONS, previewEvery: 2 },
    );
    expect(phases).toEqual(['load', 'merge', 'encode', 'sample', 'decode', 'write']);
    expect(steps).toEqual([0, 1, 2, 3, 4, 5, 6].map((step) => [step, 6]));
    expect(pictures.map(({ width, height, rgb }) => [width, height, rgb.length])).toEqual([
      [12, 12, 432],
      [12, 12, 432],
    ]);
  });

  it('stops within a step and writes nothing', async () => {
    const output = path.join(folder, 'cancelled.png');
    let seen = 0;
    const outcome = await engine.generate(planFor({ parameters: { steps: 50 } }), OPTIONS, output, {
      isCancelled: () => seen >= 3,
      progress({ phase, step }) {
        if (phase === 'sample') seen = step;
      },
    });
    expect(outcome.type).toBe('cancelled');
    expect(seen).toBe(3);
    expect(existsSync(output)).toBe(false);
  });
});

describe('refusals', () => {
  const refusal = async (changes: Parameters<typeof planFor>[0], output = path.join(folder, 'never.png')) => {
    const outcome = await engine.generate(planFor(changes), OPTIONS, output, QUIET);
    return outcome.type === 'failed' ? outcome.problem.code : outcome.type;
  };

  it.each([
    ['steps', { steps: 0 }],
    ['width', { width: 97 }],
    ['height', { height: 8192 }],
    ['seed', { seed: -1 }],
    ['cfgScale', { cfgScale: Number.NaN }],
    ['clipSkip', { clipSkip: 0 }],
  ])('%s out of bounds', async (_, parameters) => {
    expect(await refusal({ parameters })).toBe('plan-invalid');
  });

  it('an unknown sampler', async () => {
    expect(await refusal({ parameters: { sampler: 'Newton' } })).toBe('sampler-unknown');
  });

  it('a model that is not there, or lacks parts', async () => {
    expect(await refusal({ modelPath: path.join(folder, 'none') })).toBe('model-missing');
    expect(await refusal({ modelPath: folder })).toBe('model-incomplete');
  });

  it('a LoRA that is not there', async () => {
    expect(await refusal({ loras: [{ ...lora('mira', 1), path: '/no/such.safetensors' }] })).toBe(
      'lora-missing',
    );
  });

  it('a folder that cannot be written', async () => {
    const file = path.join(folder, 'a-file');
    await render();
    expect(await refusal({}, path.join(path.resolve('package.json'), 'x.png'))).toBe('image-write');
    expect(existsSync(file)).toBe(false);
  });

  it('and works on afterwards', async () => {
    await refusal({ modelPath: folder });
    expect(readFileSync((await render()).path).length).toBeGreaterThan(0);
  });
});
