import type { SamplingSettings } from '../../shared/samplingSettings';
import { type NoiseTable, roundingOf, tableOf } from './noiseTable';

/** Signal share that the web UI and ComfyUI put at the last timestep of a table with zero terminal SNR: sigma 4518.8. */
export const ZERO_SNR_SIGNAL = 4.8973451890853435e-8;

/**
 * The noise table as the web UI samples with it: in half precision for `use_downcasted_alpha_bar`, and rescaled for
 * `sd_noise_schedule: Zero Terminal SNR`. A table that has no signal at its end already is not rescaled again.
 */
export function webuiTable(table: NoiseTable, settings: SamplingSettings = {}): NoiseTable {
  const isHalf = settings.use_downcasted_alpha_bar === true;
  const round = roundingOf({ isHalf });
  let alphas = isHalf ? table.alphasCumprod.map(round) : table.alphasCumprod;
  if (settings.sd_noise_schedule === 'Zero Terminal SNR' && alphas.at(-1)! > 2 * ZERO_SNR_SIGNAL)
    alphas = rescaledToZeroSnr(alphas, round);
  const changed = alphas === table.alphasCumprod ? table : tableOf(alphas, isHalf);
  return settings.enable_quantization === true ? { ...changed, isQuantized: true } : changed;
}

/**
 * Moves and stretches the square roots of the signal so that almost nothing of it is left at the last timestep (Lin et al.
 * 2023, algorithm 1, as the web UI computes it: on the products, with the last one set).
 * @param round to the precision of the table.
 */
export function rescaledToZeroSnr(
  alphasCumprod: Float32Array,
  round: (value: number) => number = Math.fround,
): Float32Array {
  const roots = alphasCumprod.map((alpha) => round(Math.sqrt(alpha)));
  const [first, last] = [roots[0]!, roots.at(-1)!];
  const stretch = round(first / round(first - last));
  const rescaled = roots.map((root) => round(round(round(root - last) * stretch) ** 2));
  rescaled[rescaled.length - 1] = round(ZERO_SNR_SIGNAL);
  return rescaled;
}
