import { describe, expect, it } from 'vitest';
import { EMPTY_ENVIRONMENT } from '../../../server/src/language/environment';
import { buildPlan, type PlanRequest } from '../../../server/src/language/plan/buildPlan';
import { parse } from '../../../server/src/language/syntax/parse';
import type { ModelFacts } from '../../../server/src/shared/facts';

const model: ModelFacts = { name: 'demo', path: '/demo', format: 'onnx', source: 'test', nativeSize: 96 };
const environment = { ...EMPTY_ENVIRONMENT, baseModel: model, models: [model] };
const resolveFile = (name: string) => `/prompts/${name}`;

function planOf(parameters: string, prompt = 'a cat', more: Partial<PlanRequest> = {}) {
  const text = `${prompt}\nSteps: 10, Sampler: Euler, Seed: 1, Size: 64x96, ${parameters}`;
  return buildPlan(parse(text), 0, environment, { drawnSeed: 1, resolveFile, ...more });
}
function built(...request: Parameters<typeof planOf>) {
  const result = planOf(...request);
  if (!result.ok) throw new Error(result.problem.message);
  return result.value;
}
const code = (parameters: string) => {
  const result = planOf(parameters);
  return result.ok ? 'planned' : result.problem.code;
};
/** What the infotext of a plan gives when it is read as a block. */
function again(infotext: string) {
  const result = buildPlan(parse(infotext), 0, environment, { drawnSeed: 2, resolveFile });
  return result.ok ? result.value.plan : undefined;
}

describe('image to image', () => {
  it('starts from a file beside the prompt', () => {
    const { plan, warnings } = built('Denoising strength: 0.4, Init image: sketch.png');
    expect(plan.init).toEqual({ path: '/prompts/sketch.png', strength: 0.4 });
    expect(warnings).toEqual([]);
    expect(plan.infotext).toContain('Denoising strength: 0.4, Init image: sketch.png');
    expect(again(plan.infotext)).toEqual(plan);
    expect(built('Init image: sketch.png').plan.init?.strength).toBe(0.75);
  });

  it('quotes names that need it', () => {
    const { plan } = built('Init image: "a, b: c.png"');
    expect(plan.init?.path).toBe('/prompts/a, b: c.png');
    expect(again(plan.infotext)).toEqual(plan);
  });

  it('leaves out what has no meaning, with a warning', () => {
    expect(built('Denoising strength: 0.4').warnings).toEqual([
      '`Denoising strength` is not used by the preview.',
    ]);
    const alone = built('Init image: x.png', 'a', { resolveFile: undefined });
    expect(alone.plan).not.toHaveProperty('init');
    expect(alone.warnings.join()).toContain('Init image');
    expect(built('Init image: x.png, Hires upscale: 2').warnings).toEqual([
      '`Hires upscale` is not used by the preview.',
    ]);
  });

  it('refuses other machines and strengths that are none', () => {
    for (const name of ['//host/a.png', '\\\\host\\a.png', 'https://host/a.png', 'file:a.png'])
      expect([name, code(`Init image: "${name.replaceAll('\\', '\\\\')}"`)]).toEqual([
        name,
        'bad-init-image',
      ]);
    expect(code('Init image: a.png, Denoising strength: 2')).toBe('bad-parameter');
    expect(code('Init image: a.png, Denoising strength: x')).toBe('bad-parameter');
  });
});

describe('hires fix', () => {
  it('takes what it does not name from the first pass', () => {
    const { plan, warnings } = built('CFG scale: 6, Hires upscale: 2');
    expect(warnings).toEqual([]);
    expect(plan.hires).toEqual({
      width: 128,
      height: 192,
      steps: 10,
      strength: 0.7,
      cfgScale: 6,
      sampler: 'Euler',
      scheduleType: 'Automatic',
      upscaler: 'Latent',
      positive: { subprompts: [{ weight: 1, schedule: [{ endStep: 10, runs: [['a cat', 1]] }] }] },
      negative: { subprompts: [{ weight: 1, schedule: [{ endStep: 10, runs: [['', 1]] }] }] },
    });
  });

  it('reads every key, and writes them back', () => {
    const { plan } = built(
      'Denoising strength: 0.55, Hires resize: 160x160, Hires steps: 4, Hires upscaler: Latent (nearest), ' +
        'Hires sampler: DPM++ 2M, Hires schedule type: Karras, Hires CFG Scale: 3.5',
    );
    expect(plan.hires).toMatchObject({
      width: 160,
      height: 160,
      enlarged: { width: 160, height: 240 },
      steps: 4,
      strength: 0.55,
      cfgScale: 3.5,
      sampler: 'DPM++ 2M',
      scheduleType: 'Karras',
      upscaler: 'Latent (nearest)',
    });
    expect(again(plan.infotext)).toEqual(plan);
  });

  it.each([
    ['Hires resize: 128x0', { width: 128, height: 192 }],
    ['Hires resize: 0x144', { width: 96, height: 144 }],
    ['Hires resize: 128x192', { width: 128, height: 192 }],
    ['Hires resize: 192x144', { width: 192, height: 144, enlarged: { width: 192, height: 288 } }],
    ['Hires upscale: 1.3', { width: 80, height: 120, enlarged: { width: 83, height: 124 } }],
  ])('%s', (key, size) => {
    const { plan } = built(key);
    const { width, height, enlarged } = plan.hires!;
    expect({ width, height, ...(enlarged && { enlarged }) }).toEqual(size);
    expect(again(plan.infotext)).toEqual(plan);
  });

  it('counts prompt editing on from the first pass', () => {
    const phases = (prompt: string) =>
      built('Hires upscale: 2, Hires steps: 4', prompt).plan.hires?.positive.subprompts[0]?.schedule.map(
        ({ endStep, runs }) => [endStep, runs[0]?.[0]],
      );
    expect(phases('[a:b:0.5]')).toEqual([[4, 'b']]);
    expect(phases('[a:b:12]')).toEqual([
      [2, 'a'],
      [4, 'b'],
    ]);
    expect(phases('[a:b:1.5]')).toEqual([
      [2, 'a'],
      [4, 'b'],
    ]);
  });

  it('says which upscaler takes the place of another, and what it leaves out', () => {
    const { plan, warnings } = built('Hires upscale: 2, Hires upscaler: R-ESRGAN 4x+, Hires VAE: x');
    expect(plan.hires?.upscaler).toBe('Lanczos');
    expect(warnings.join('\n')).toMatch(/R-ESRGAN 4x\+[\s\S]*Hires VAE/);
  });

  it.each([
    'Hires upscale: 100',
    'Hires upscale: 0.5',
    'Hires upscale: big',
    'Hires resize: 5000x5000',
    'Hires resize: large',
    'Hires upscale: 2, Hires steps: 500',
    'Hires upscale: 2, Hires sampler: Oiler',
    'Hires upscale: 2, Denoising strength: -1',
  ])('refuses %s', (parameters) => {
    expect(code(parameters)).toBe('bad-parameter');
  });
});
