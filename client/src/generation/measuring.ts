import type { Outcome } from '../../../server/src/engines/local/host';
import type { MeasuredBeforeParams, MeasuredParams } from '../../../server/src/shared/lspMessages';
import type { KnownChanges, Measurement, MeasurePlan } from '../../../server/src/shared/measurement';
import type { PlanLora } from '../../../server/src/shared/plan';
import type { PreviewChanges } from '../../../server/src/shared/previewMessages';
import type { Problem } from '../../../server/src/shared/problem';
import { changesOf } from './changes';
import type { GenerationOutcome } from './run';

export interface MeasuringDependencies {
  /** What was measured before; null unless all of it is known. */
  known(params: MeasuredBeforeParams): Promise<KnownChanges | null>;
  measure(plan: MeasurePlan, request: { readonly signal: AbortSignal }): Promise<Outcome<Measurement>>;
  /** Gives the language server what was measured, for the lint and for the next time. */
  note(params: MeasuredParams): void;
  /** Shows what the LoRAs of a picture change. */
  show(picture: string, changes: PreviewChanges): void;
}

/** Measures the LoRAs of finished pictures while the engine has nothing else to do. */
export interface Measuring {
  /** Gives the problem where one kept it from measuring. */
  after(outcome: GenerationOutcome): Promise<Problem | undefined>;
  /** Makes way: the engine is wanted. */
  stop(): void;
}

/**
 * Learns what LoRAs do to a model, for the panel and for the lint, which warns of a stack that does too much. What is known
 * already is not measured again; a measurement that made way is made after the next picture.
 */
export function createMeasuring({ known, measure, note, show }: MeasuringDependencies): Measuring {
  let current: AbortController | undefined;

  /** Measures files whole, at weight 1. */
  async function learn(
    { model, loras }: { readonly model: MeasurePlan['model']; readonly loras: readonly PlanLora[] },
    files: readonly string[],
    signal: AbortSignal,
  ): Promise<Outcome<Measurement>> {
    const whole = files.map((path) => {
      const { dyn: _, ...lora } = loras.find((one) => one.path === path)!;
      return { ...lora, te: 1, unet: 1 };
    });
    const outcome = await measure({ model, loras: whole }, { signal });
    if (outcome.type === 'done') note({ model: model.path, loras: files, measurement: outcome.result });
    return outcome;
  }

  return {
    async after(outcome) {
      if (outcome.type !== 'done') return undefined;
      const { model, loras: all } = outcome.plan;
      const loras = all.filter(({ te, unet }) => te !== 0 || unet !== 0);
      const files = [...new Set(loras.map(({ path }) => path))].sort();
      if (files.length === 0) return undefined;
      const abort = new AbortController();
      current?.abort();
      current = abort;
      let changes = await known({ model: model.path, loras: files });
      if (!changes) {
        if (abort.signal.aborted) return undefined;
        const measured = await learn({ model, loras }, files, abort.signal);
        if (measured.type !== 'done') return measured.type === 'failed' ? measured.problem : undefined;
        changes = measured.result;
      }
      show(outcome.result.path, changesOf(loras, files, changes));
      return undefined;
    },
    stop() {
      current?.abort();
    },
  };
}
