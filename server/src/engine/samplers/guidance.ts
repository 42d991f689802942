import { combine, type Term } from './latents';
import type { GuidedOutput, ModelCall } from './modelCalls';

/** One part of a composed prompt: the model's output for it, and its weight. */
export interface ConditionedOutput {
  readonly output: Float32Array;
  readonly weight: number;
}

/**
 * The guided output of one model evaluation, as the web UI combines it: with the negative prompt, or without it where the
 * call leaves it out.
 * @param unconditioned the output for the negative prompt; may be absent where the call leaves it out.
 * @param rescale see `rescaleGuidance`; the contrast wanted is that of the first part's output.
 */
export function guidedOutput(
  unconditioned: Float32Array | undefined,
  conditioned: readonly ConditionedOutput[],
  scale: number,
  call: ModelCall,
  rescale = 0,
): GuidedOutput {
  const first = conditioned[0]!.output;
  const base = call.leavesOutNegative ? first : (unconditioned ?? first);
  const own = call.leavesOutNegative ? 1 : scale * call.guidanceFactor;
  const output = rescaleGuidance(combineGuidance(base, conditioned, own), first, rescale);
  return call.needsUnconditioned ? { output, unconditioned: base } : { output };
}

/**
 * Classifier-free guidance, composed: u + Σ weight · scale · (c − u). One part of weight 1 is plain guidance. Holds for
 * outputs of any prediction type, since all of them are linear in the clean latents.
 */
export function combineGuidance(
  unconditioned: Float32Array,
  conditioned: readonly ConditionedOutput[],
  scale: number,
): Float32Array {
  const total = conditioned.reduce((sum, { weight }) => sum + weight * scale, 0);
  return combine(
    [1 - total, unconditioned],
    ...conditioned.map(({ output, weight }): Term => [weight * scale, output]),
  );
}

/**
 * Pulls the contrast of a guided output back towards that of the conditioned one (Lin et al. 2023, section 3.4), for
 * models whose last timestep is pure noise.
 * @param strength 0 leaves the output as it is, 1 gives it the conditioned one's standard deviation.
 */
export function rescaleGuidance(
  guided: Float32Array,
  conditioned: Float32Array,
  strength: number,
): Float32Array {
  if (strength === 0) return guided;
  const factor = deviation(conditioned) / deviation(guided);
  return combine([strength * factor + (1 - strength), guided]);
}

/** Standard deviation over all elements, with n − 1. */
function deviation(values: Float32Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}
