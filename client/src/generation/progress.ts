import type { EngineProgress } from '../../../server/src/engines/local/host';
import type { GenerationPlan } from '../../../server/src/shared/plan';
import type { PreviewProgress } from '../../../server/src/shared/previewMessages';

/** Share of the bar given to sampling; the rest is decoding and writing, which report no steps. */
const SAMPLING_SHARE = 0.95;
const DECODING_SHARE = 0.98;

/**
 * What the engine is doing, in words, and how far along it is. What goes before the first step has no known length, so it
 * leaves the fraction open instead of inventing one; from then on one bar goes through every pass and never back.
 */
export function describeProgress(
  { phase, step, of, overall, pass }: EngineProgress,
  plan: Pick<GenerationPlan, 'model' | 'loras'>,
): PreviewProgress {
  const reached = overall === undefined ? {} : { fraction: Math.min(1, overall) * SAMPLING_SHARE };
  switch (phase) {
    case 'queue':
      return { label: of > 0 ? `Waiting in the engine’s queue: ${step} of ${of}` : 'Waiting for the engine' };
    case 'load':
      if (overall !== undefined) return { label: 'Loading the next model', ...reached };
      return { label: `Loading the model ${plan.model.name}` };
    case 'merge':
      if (overall !== undefined) return { label: 'Merging LoRAs', ...reached };
      return { label: plan.loras.length === 1 ? 'Merging 1 LoRA' : `Merging ${plan.loras.length} LoRAs` };
    case 'measure':
      return { label: 'Measuring LoRAs' };
    case 'encode':
      if (overall !== undefined) return { label: 'Preparing the next pass', ...reached };
      return { label: 'Reading the prompt' };
    case 'sample': {
      if (of <= 0) return { label: 'Sampling', ...reached };
      const label = `Step ${step} of ${of}${pass ? `, pass ${pass.index} of ${pass.of}` : ''}`;
      return { label, fraction: Math.min(1, overall ?? step / of) * SAMPLING_SHARE };
    }
    case 'decode':
      return { label: 'Drawing the picture', fraction: SAMPLING_SHARE };
    case 'write':
      return { label: 'Saving', fraction: DECODING_SHARE };
  }
}
