import type { LoraFacts, ModelFacts } from '../../shared/facts';
import { architectureFit, architectureTitle } from '../domain/architectures';
import type { Environment } from '../environment';

/** Whether a LoRA fits a base model, and how one knows. */
export interface Verdict {
  readonly state: 'fits' | 'partial' | 'unfit' | 'unknown';
  /** One sentence of plain text for a reader. */
  readonly reason: string;
}

/**
 * Judges a LoRA against the base model of a block: by its modules where they can be counted, else by architecture.
 * Counting may read the file, so lists of LoRAs are judged without (`{}`).
 */
export function verdictFor(
  lora: LoraFacts,
  model: ModelFacts | undefined,
  environment: Pick<Environment, 'fit'>,
): Verdict {
  if (lora.network.status !== 'ok') {
    return {
      state: 'unfit',
      reason:
        lora.file.problem?.message ?? `${lora.file.relativePath} is not a LoRA but ${lora.network.kind}.`,
    };
  }
  if (!model)
    return { state: 'unknown', reason: `No base model is known for this block. ${lora.network.reason}` };
  const name = `the base model “${model.name}”`;
  const fit = environment.fit?.(lora, model);
  if (fit && fit.total > 0) {
    const counts = `${fit.fitting} of ${fit.total} modules fit ${name}`;
    if (fit.fitting === fit.total) return { state: 'fits', reason: `All ${fit.total} modules fit ${name}.` };
    const why = fit.reasons[0] ? `: ${fit.reasons[0]}` : '';
    return {
      state: fit.fitting === 0 ? 'unfit' : 'partial',
      reason: `${counts}${why}.`.replace(/\.\.$/, '.'),
    };
  }
  if (!model.architecture) return { state: 'unknown', reason: `The architecture of ${name} is not known.` };
  const possible = lora.network.architecture ? [lora.network.architecture] : lora.network.candidates;
  if (possible.length === 0) {
    return {
      state: 'unknown',
      reason: `The architecture of this LoRA is not known. ${lora.network.reason}`.trim(),
    };
  }
  const target = model.architecture;
  const fits = possible.map((candidate) => architectureFit(candidate, target));
  const made = possible.map(architectureTitle).join(' or ');
  const own = architectureTitle(target);
  if (fits.includes('same')) {
    return lora.network.architecture
      ? { state: 'fits', reason: `It was made for ${made}, as ${name} is.` }
      : { state: 'unknown', reason: `It may be for ${made}; ${name} is ${own}.` };
  }
  return {
    state: fits.includes('partial') ? 'partial' : 'unfit',
    reason: `It was made for ${made} (${lora.network.reason}), but ${name} is ${own} (${model.source}).`,
  };
}
