import { describe, expect, it } from 'vitest';
import { createMeasuring } from '../../../client/src/generation/measuring';
import type { GenerationOutcome } from '../../../client/src/generation/run';
import type { Outcome } from '../../../server/src/enginehost/host';
import type { MeasuredParams } from '../../../server/src/shared/lspMessages';
import type { Measurement, MeasurePlan } from '../../../server/src/shared/measurement';

const MEASUREMENT: Measurement = { loras: [], pairs: [] };

function picture(files: readonly string[], isSmall = true): GenerationOutcome {
  const loras = files.map((path) => ({ name: path, path, te: 0.4, unet: 0.8, dyn: 4 }));
  const merged = loras.map(({ name }) => ({ name, ...(isSmall && { impact: { mean: 1 } }) }));
  const plan = { model: { name: 'demo', path: '/demo' }, loras };
  return { type: 'done', plan, result: { merged } } as unknown as GenerationOutcome;
}

function setUp(outcome: () => Promise<Outcome<Measurement>>) {
  const plans: MeasurePlan[] = [];
  const signals: AbortSignal[] = [];
  const noted: MeasuredParams[] = [];
  const measuring = createMeasuring({
    measure: (plan, { signal }) => {
      plans.push(plan);
      signals.push(signal);
      return outcome();
    },
    note: (params) => noted.push(params),
  });
  return { measuring, plans, signals, noted };
}
const done = async (): Promise<Outcome<Measurement>> => ({ type: 'done', result: MEASUREMENT });

describe('measuring after a picture', () => {
  it('takes every file once, whole and at weight 1', async () => {
    const { measuring, plans, noted } = setUp(done);
    await measuring.after(picture(['/b', '/a', '/b']));
    expect(plans).toEqual([
      {
        model: { name: 'demo', path: '/demo' },
        loras: ['/a', '/b'].map((path) => ({ name: path, path, te: 1, unet: 1 })),
      },
    ]);
    expect(noted).toEqual([{ model: '/demo', loras: ['/a', '/b'], measurement: MEASUREMENT }]);
  });

  it('does a set of files once, and again when it was interrupted', async () => {
    let isInterrupted = true;
    const { measuring, plans, noted } = setUp(async () => (isInterrupted ? { type: 'cancelled' } : done()));
    await measuring.after(picture(['/a']));
    expect(noted).toEqual([]);
    isInterrupted = false;
    await measuring.after(picture(['/a']));
    await measuring.after(picture(['/a']));
    await measuring.after(picture(['/a', '/b']));
    expect(plans.map(({ loras }) => loras.length)).toEqual([1, 1, 2]);
    expect(noted).toHaveLength(2);
  });

  it('leaves large models, pictures without LoRAs and failures alone', async () => {
    const { measuring, plans } = setUp(done);
    await measuring.after(picture(['/a'], false));
    await measuring.after(picture([]));
    await measuring.after({ type: 'cancelled' });
    expect(plans).toEqual([]);
  });

  it('makes way', async () => {
    const { measuring, signals } = setUp(() => new Promise(() => undefined));
    void measuring.after(picture(['/a']));
    void measuring.after(picture(['/b']));
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
    measuring.stop();
    expect(signals[1]?.aborted).toBe(true);
  });
});
