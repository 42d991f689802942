import { describe, expect, it } from 'vitest';
import { createMeasuring } from '../../../client/src/generation/measuring';
import type { GenerationOutcome } from '../../../client/src/generation/run';
import type { Outcome } from '../../../server/src/engines/local/host';
import type { MeasuredBeforeParams, MeasuredParams } from '../../../server/src/shared/lspMessages';
import type { KnownChanges, Measurement, MeasurePlan } from '../../../server/src/shared/measurement';
import type { PreviewChanges } from '../../../server/src/shared/previewMessages';

const BLOCKS = [{ block: 'mid_block', ratio: 0.2, touched: 1, modules: 2, change: 2, base: 10 }];

function measurement(count: number): Measurement {
  const lora = { name: '', applied: 1, total: 1, reasons: [], ratio: 0.2, blocks: BLOCKS };
  return { loras: Array.from({ length: count }, () => lora), pairs: [] };
}

function picture(files: readonly string[], weight = 0.8): GenerationOutcome {
  const loras = files.map((path) => ({ name: path, path, te: 0.4, unet: weight, dyn: 4 }));
  const plan = { model: { name: 'demo', path: '/demo' }, loras };
  return { type: 'done', plan, result: { path: '/picture.png' } } as unknown as GenerationOutcome;
}

function setUp(
  outcome: (plan: MeasurePlan) => Promise<Outcome<Measurement>> = async ({ loras }) => ({
    type: 'done',
    result: measurement(loras.length),
  }),
  before: KnownChanges | null = null,
) {
  const asked: MeasuredBeforeParams[] = [];
  const plans: MeasurePlan[] = [];
  const signals: AbortSignal[] = [];
  const noted: MeasuredParams[] = [];
  const shown: [string, PreviewChanges][] = [];
  const measuring = createMeasuring({
    async known(params) {
      asked.push(params);
      return before;
    },
    measure(plan, { signal }) {
      plans.push(plan);
      signals.push(signal);
      return outcome(plan);
    },
    note: (params) => noted.push(params),
    show: (...params) => shown.push(params),
  });
  return { measuring, asked, plans, signals, noted, shown };
}

describe('measuring after a picture', () => {
  it('takes every file once, whole and at weight 1, and shows what it does at its weight', async () => {
    const { measuring, plans, noted, shown } = setUp();
    await measuring.after(picture(['/b', '/a', '/b']));
    expect(plans).toEqual([
      {
        model: { name: 'demo', path: '/demo' },
        loras: ['/a', '/b'].map((path) => ({ name: path, path, te: 1, unet: 1 })),
      },
    ]);
    expect(noted).toEqual([{ model: '/demo', loras: ['/a', '/b'], measurement: measurement(2) }]);
    const [[path, { loras }]] = shown as [[string, PreviewChanges]];
    expect(path).toBe('/picture.png');
    expect(loras.map(({ name, ratio }) => [name, ratio])).toEqual(
      ['/b', '/a', '/b'].map((name) => [`${name}, all ranks`, expect.closeTo(0.16, 12)]),
    );
  });

  it('measures nothing that is known already', async () => {
    const { measuring, asked, plans, noted, shown } = setUp(undefined, measurement(1));
    await measuring.after(picture(['/a'], 0.5));
    expect(asked).toEqual([{ model: '/demo', loras: ['/a'] }]);
    expect([plans, noted]).toEqual([[], []]);
    expect(shown[0]?.[1].loras[0]?.ratio).toBeCloseTo(0.1, 12);
  });

  it('shows and notes nothing of what was interrupted, and starts again after the next picture', async () => {
    let isInterrupted = true;
    const { measuring, plans, noted, shown } = setUp(async () =>
      isInterrupted ? { type: 'cancelled' } : { type: 'done', result: measurement(1) },
    );
    expect(await measuring.after(picture(['/a']))).toBeUndefined();
    expect([noted, shown]).toEqual([[], []]);
    isInterrupted = false;
    await measuring.after(picture(['/a']));
    expect([plans.length, noted.length, shown.length]).toEqual([2, 1, 1]);
  });

  it('tells what kept it from measuring', async () => {
    const problem = { code: 'model-missing', message: 'Gone.', remedy: 'Choose another.' };
    const { measuring, shown } = setUp(async () => ({ type: 'failed', problem }));
    expect(await measuring.after(picture(['/a']))).toEqual(problem);
    expect(shown).toEqual([]);
  });

  it('leaves pictures without LoRAs alone, and failures', async () => {
    const { measuring, asked, plans } = setUp();
    await measuring.after(picture([]));
    await measuring.after({ type: 'cancelled' });
    expect([asked, plans]).toEqual([[], []]);
  });

  it('makes way, whether it has begun or is about to', async () => {
    const { measuring, signals, plans } = setUp(() => new Promise(() => undefined));
    void measuring.after(picture(['/a']));
    await expect.poll(() => signals.length).toBe(1);
    void measuring.after(picture(['/b']));
    await expect.poll(() => signals.length).toBe(2);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
    measuring.stop();
    expect(signals[1]?.aborted).toBe(true);
    const last = measuring.after(picture(['/c']));
    measuring.stop();
    await last;
    expect(plans).toHaveLength(2);
  });
});
