import { describe, expect, it } from 'vitest';
import { EMPTY_ENVIRONMENT } from '../../../server/src/language/environment';
import { buildBatch } from '../../../server/src/language/plan/batch';
import { buildPlan } from '../../../server/src/language/plan/buildPlan';
import { parse } from '../../../server/src/language/syntax/parse';
import type { ModelFacts } from '../../../server/src/shared/facts';

const model: ModelFacts = { name: 'demo', path: '/demo', format: 'onnx', source: 'test', nativeSize: 96 };
const environment = { ...EMPTY_ENVIRONMENT, baseModel: model, models: [model] };
const text = (parameters: string) => `a cat\nSteps: 4, Sampler: Euler, Size: 64x64, ${parameters}`;

function batch(parameters: string) {
  const built = buildBatch(parse(text(parameters)), 0, environment, { drawnSeed: 100 });
  if (!built.ok) throw new Error(built.problem.message);
  return built.value.map(({ plan }) => plan);
}
const code = (parameters: string) => {
  const built = buildPlan(parse(text(parameters)), 0, environment, { drawnSeed: 1 });
  return built.ok ? 'planned' : built.problem.code;
};

describe('a batch', () => {
  it('gives every picture the next seed, each the picture of its own metadata', () => {
    const plans = batch('Seed: 7, Batch count: 2, Batch size: 2');
    expect(plans.map((plan) => plan.parameters.seed)).toEqual([7, 8, 9, 10]);
    for (const plan of plans) {
      expect(plan.infotext).not.toContain('Batch');
      const again = buildBatch(parse(plan.infotext), 0, environment, { drawnSeed: 5 });
      expect(again.ok && again.value.map((one) => one.plan)).toEqual([plan]);
    }
  });

  it('counts on from a drawn seed, and is one picture where nothing is written', () => {
    expect(batch('Seed: -1, Batch size: 3').map((plan) => plan.parameters.seed)).toEqual([100, 101, 102]);
    expect(batch('Seed: 3')).toHaveLength(1);
  });

  it('counts the variation seed instead where one is at work', () => {
    const plans = batch('Seed: 7, Variation seed: 20, Variation seed strength: 0.3, Batch size: 2');
    expect(plans.map(({ parameters: { seed, variation } }) => [seed, variation?.seed])).toEqual([
      [7, 20],
      [7, 21],
    ]);
  });

  it.each(['Batch size: 0', 'Batch size: x', 'Batch count: 101', 'Batch count: 20, Batch size: 20'])(
    'refuses %s',
    (parameters) => {
      const built = buildBatch(parse(text(parameters)), 0, environment, { drawnSeed: 1 });
      expect(built).toMatchObject({ ok: false, problem: { code: 'bad-parameter' } });
    },
  );
});

describe('variations', () => {
  it('are read and written back', () => {
    const [plan] = batch(
      'Seed: 7, Variation seed: 20, Variation seed strength: 0.25, Seed resize from: 96x64',
    );
    expect(plan?.parameters).toMatchObject({
      variation: { seed: 20, strength: 0.25 },
      seedResize: { width: 96, height: 64 },
    });
    expect(plan?.infotext).toContain(
      'Variation seed: 20, Variation seed strength: 0.25, Seed resize from: 96x64',
    );
    const again = buildPlan(parse(plan?.infotext ?? ''), 0, environment, { drawnSeed: 5 });
    expect(again.ok && again.value.plan).toEqual(plan);
    expect(again.ok && again.value.warnings).toEqual([]);
  });

  it('of strength or size 0 are off, and −1 draws', () => {
    const [off] = batch('Seed: 7, Variation seed: 20, Variation seed strength: 0, Seed resize from: 0x0');
    expect(off?.parameters).not.toHaveProperty('variation');
    expect(off?.parameters).not.toHaveProperty('seedResize');
    const [drawn] = batch('Seed: -1, Variation seed: -1, Variation seed strength: 0.5');
    expect(drawn?.parameters).toMatchObject({ seed: 100, variation: { seed: 101, strength: 0.5 } });
  });

  it('are refused where they are none', () => {
    for (const parameters of [
      'Variation seed strength: 2',
      'Variation seed strength: x',
      'Variation seed: -2',
      'Seed resize from: 512',
      'Seed resize from: 9000x64',
    ])
      expect([parameters, code(parameters)]).toEqual([parameters, 'bad-parameter']);
  });
});
