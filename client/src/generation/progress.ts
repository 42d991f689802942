import type { EngineProgress } from '../../../server/src/enginehost/host';
import type { GenerationPlan } from '../../../server/src/shared/plan';
import type { PreviewProgress } from '../../../server/src/shared/previewMessages';

/** Share of the bar given to sampling; the rest is decoding and writing, which report no steps. */
const SAMPLING_SHARE = 0.95;
const DECODING_SHARE = 0.98;

/**
 * What the engine is doing, in words, and how far along it is. Loading, merging and encoding have no known length, so
 * they leave the fraction open instead of inventing one.
 */
export function describeProgress(
  { phase, step, of }: EngineProgress,
  plan: Pick<GenerationPlan, 'model' | 'loras'>,
): PreviewProgress {
  switch (phase) {
    case 'load':
      return { label: `Loading the model ${plan.model.name}` };
    case 'merge':
      return { label: plan.loras.length === 1 ? 'Merging 1 LoRA' : `Merging ${plan.loras.length} LoRAs` };
    case 'encode':
      return { label: 'Reading the prompt' };
    case 'sample':
      if (of <= 0) return { label: 'Sampling' };
      return { label: `Step ${step} of ${of}`, fraction: Math.min(1, step / of) * SAMPLING_SHARE };
    case 'decode':
      return { label: 'Drawing the picture', fraction: SAMPLING_SHARE };
    case 'write':
      return { label: 'Saving', fraction: DECODING_SHARE };
  }
}
