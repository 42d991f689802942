import type { Outcome } from '../../../server/src/enginehost/host';
import type { MeasuredParams } from '../../../server/src/shared/lspMessages';
import type { Measurement, MeasurePlan } from '../../../server/src/shared/measurement';
import type { GenerationOutcome } from './run';

export interface MeasuringDependencies {
  measure(plan: MeasurePlan, request: { readonly signal: AbortSignal }): Promise<Outcome<Measurement>>;
  /** Gives the language server what was measured. */
  note(params: MeasuredParams): void;
}

/** Measures the LoRAs of finished pictures while nothing else is to do, each set once. */
export interface Measuring {
  after(outcome: GenerationOutcome): Promise<void>;
  /** Makes way for a picture. */
  stop(): void;
}

/**
 * What LoRAs do to a model, so that the lint can warn of a stack that does too much. Only models small enough that the
 * engine measures a picture's LoRAs anyway are read for it: a large one takes minutes, which `inspect --against` is for.
 */
export function createMeasuring({ measure, note }: MeasuringDependencies): Measuring {
  const known = new Set<string>();
  let current: AbortController | undefined;
  return {
    async after(outcome) {
      if (outcome.type !== 'done') return;
      const { plan, result } = outcome;
      const loras = plan.loras.filter(({ te, unet }) => te !== 0 || unet !== 0);
      const isSmall = result.merged.some(({ impact }) => impact !== undefined);
      const paths = [...new Set(loras.map(({ path }) => path))].sort();
      const key = [plan.model.path, ...paths].join('\0');
      if (paths.length === 0 || !isSmall || known.has(key)) return;
      const abort = new AbortController();
      current?.abort();
      current = abort;
      const whole = paths.map((path) => {
        const { dyn: _, ...lora } = loras.find((one) => one.path === path)!;
        return { ...lora, te: 1, unet: 1 };
      });
      const measured = await measure({ model: plan.model, loras: whole }, { signal: abort.signal });
      if (measured.type !== 'done') return;
      known.add(key);
      note({ model: plan.model.path, loras: paths, measurement: measured.result });
    },
    stop() {
      current?.abort();
    },
  };
}
