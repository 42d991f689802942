import { describe, expect, it } from 'vitest';
import { EMPTY_ENVIRONMENT, type Environment } from '../../../server/src/language/environment';
import { buildPlan } from '../../../server/src/language/plan/buildPlan';
import { parse } from '../../../server/src/language/syntax/parse';
import type { ModelFacts, VaeFacts } from '../../../server/src/shared/facts';
import { failure } from '../../../server/src/shared/problem';

const FILE = 'vae-ft-mse-840000-ema-pruned.safetensors';
const vaes: VaeFacts[] = [
  { name: FILE, path: `/VAE/${FILE}`, hashes: { autoV2: '735e4c3a44' } },
  { name: 'kl-f8-anime2.safetensors', path: '/VAE/kl-f8-anime2.safetensors' },
  {
    ...{ name: 'old.vae.pt', path: '/VAE/old.vae.pt' },
    problem: failure('pickle-not-read', 'old.vae.pt is a pickle.', 'Convert it.').problem,
  },
];
const modelOf = (name: string, vae?: string): ModelFacts => ({
  ...{ name, path: `/${name}`, format: 'checkpoint', architecture: 'sd1', source: 'test', nativeSize: 64 },
  ...(vae !== undefined && { vae }),
});
const environment: Environment = {
  ...EMPTY_ENVIRONMENT,
  models: [
    modelOf('plain'),
    modelOf('own', '/VAE/kl-f8-anime2.safetensors'),
    modelOf('far', '/far/x.safetensors'),
  ],
  vaes,
};

function planOf(parameters: string, model = 'plain') {
  const text = `a cat\nSteps: 4, Sampler: Euler, Seed: 1, Size: 64x64, Model: ${model}, ${parameters}`;
  return buildPlan(parse(text), 0, environment, { drawnSeed: 1 });
}
function built(...request: Parameters<typeof planOf>) {
  const result = planOf(...request);
  if (!result.ok) throw new Error(result.problem.message);
  return result.value.plan;
}

describe('VAE', () => {
  it.each([
    `VAE: ${FILE}`,
    'VAE: vae-ft-mse-840000-ema-pruned',
    'VAE: VAE_ft-MSE 840000 ema pruned.ckpt',
    'VAE hash: 735e4c3a44, VAE: renamed.safetensors',
    'VAE hash: 735E4C3A44, VAE: renamed.safetensors',
  ])('%s names a file, and the picture says which', (parameters) => {
    const plan = built(parameters);
    expect(plan.model.vae).toBe(`/VAE/${FILE}`);
    expect(plan.infotext).toContain(`Model: plain, VAE hash: 735e4c3a44, VAE: ${FILE}, `);
  });

  it('without a hash is written by its name', () => {
    expect(built('VAE: kl-f8-anime2').infotext).toContain('Model: plain, VAE: kl-f8-anime2.safetensors, ');
  });

  it.each(['VAE: Automatic', 'CFG scale: 7'])('%s is what the model is set up with', (parameters) => {
    expect(built(parameters).model).not.toHaveProperty('vae');
    expect(built(parameters).infotext).not.toContain('VAE');
    const own = built(parameters, 'own');
    expect(own.model.vae).toBe('/VAE/kl-f8-anime2.safetensors');
    expect(own.infotext).toContain('VAE: kl-f8-anime2.safetensors');
    expect(built(parameters, 'far').infotext).toContain('VAE: x.safetensors');
  });

  it('None is the one in the checkpoint', () => {
    expect(built('VAE: None', 'own').model).not.toHaveProperty('vae');
    expect(built('VAE: None', 'own').infotext).toContain('Model: own, VAE: None, ');
    expect(built('VAE: none').infotext).not.toContain('VAE');
  });

  it('counts for every model of the picture', () => {
    const plan = built(`VAE: ${FILE}, Refiner: own, Hires upscale: 2, Hires checkpoint: far`);
    expect([plan.refiner?.model.vae, plan.hires?.model?.vae]).toEqual([`/VAE/${FILE}`, `/VAE/${FILE}`]);
    const without = built('Refiner: own, Hires upscale: 2, Hires checkpoint: far');
    expect([without.refiner?.model.vae, without.hires?.model?.vae]).toEqual([
      '/VAE/kl-f8-anime2.safetensors',
      '/far/x.safetensors',
    ]);
  });

  it('that is not there, or cannot be read, falls back to the own one, and says so', () => {
    for (const [parameters, words] of [
      [
        'VAE: kl-f8-anime3.safetensors',
        /kl-f8-anime3.*own is used.*Did you mean.*kl-f8-anime2\.safetensors.*`VAE`/s,
      ],
      ['VAE: old.vae.pt', /own is: old\.vae\.pt is a pickle\. Convert it\./],
    ] as const) {
      const result = planOf(parameters);
      expect(result.ok && result.value.warnings).toEqual([expect.stringMatching(words)]);
      expect(built(parameters).model).not.toHaveProperty('vae');
      expect(built(parameters).infotext).not.toContain('VAE');
    }
  });

  it('reads back as the same picture', () => {
    for (const [parameters, model] of [
      [`VAE: ${FILE}`, 'plain'],
      ['VAE: None', 'own'],
      ['Steps: 4', 'own'],
    ] as const) {
      const plan = built(parameters, model);
      const again = buildPlan(parse(plan.infotext), 0, environment, { drawnSeed: 2 });
      expect(again.ok && again.value.plan).toEqual(plan);
    }
  });
});
