import type { StoredTensor, TensorTable } from './tensors';

/** What a U-Net's output means, and how that is known. */
export interface Prediction {
  readonly type: 'epsilon' | 'v_prediction';
  /** The noise schedule ends in pure noise. */
  readonly zeroSnr: boolean;
  /** In words, for messages. */
  readonly source: string;
  /** Where nothing said it: this tensor's spread tells (see `predictionBySpread`). */
  readonly ask?: StoredTensor;
}

/** What may say how a checkpoint was trained. */
export interface PredictionClues {
  /** Names of all tensors of the file. */
  readonly names: { has(name: string): boolean };
  readonly metadata: Readonly<Record<string, string>>;
  /** Text of the `.yaml` file beside the checkpoint. */
  readonly sidecar?: string;
  readonly architecture?: string;
  /** The U-Net's weights by diffusers' names. */
  readonly unet: TensorTable;
}

/**
 * Decides what the U-Net predicts: marks among the tensors (`v_pred`, `ztsnr`), then the metadata, then the
 * configuration file beside it; for Stable Diffusion 2, whose two sorts differ in nothing else, one of its norms.
 */
export function predictionOf({ names, metadata, sidecar, architecture, unet }: PredictionClues): Prediction {
  const zeroSnr = names.has('ztsnr');
  if (names.has('v_pred')) return { type: 'v_prediction', zeroSnr, source: 'the mark v_pred in the file' };
  const said = metadata['modelspec.prediction_type']?.toLowerCase();
  if (said === 'v' || said === 'v_prediction' || said === 'v-prediction')
    return { type: 'v_prediction', zeroSnr, source: "the file's metadata" };
  if (said === 'epsilon' || said === 'eps')
    return { type: 'epsilon', zeroSnr, source: "the file's metadata" };
  const written = /^\s*parameterization\s*:\s*["']?(\w+)/m.exec(sidecar ?? '')?.[1]?.toLowerCase();
  if (written === 'v') return { type: 'v_prediction', zeroSnr, source: 'the .yaml file beside it' };
  if (written === 'eps') return { type: 'epsilon', zeroSnr, source: 'the .yaml file beside it' };
  if (/v2-768-v/.test(metadata['modelspec.architecture'] ?? ''))
    return { type: 'v_prediction', zeroSnr, source: "the file's metadata" };
  if (architecture !== 'sd2')
    return { type: 'epsilon', zeroSnr, source: 'what its architecture usually predicts' };
  const ask = unet.get('up_blocks.3.attentions.2.transformer_blocks.0.norm1.bias');
  return {
    type: 'epsilon',
    zeroSnr,
    source: 'what its architecture usually predicts',
    ...(ask && { ask }),
  };
}

/** Standard deviations of the asked norm's bias above this belong to models that predict v. */
const V_SPREAD = 0.09;

/**
 * The two sorts of Stable Diffusion 2 have the same tensors, but training on v left the last norm's bias spread more
 * widely than training on noise. `values` are the tensor's numbers.
 */
export function predictionBySpread(values: ArrayLike<number>): Prediction['type'] {
  let sum = 0;
  let squares = 0;
  for (let index = 0; index < values.length; index++) {
    sum += values[index]!;
    squares += values[index]! ** 2;
  }
  const mean = sum / values.length;
  return Math.sqrt(Math.max(0, squares / values.length - mean * mean)) > V_SPREAD
    ? 'v_prediction'
    : 'epsilon';
}
