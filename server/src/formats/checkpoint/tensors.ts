import type { SafetensorsHeader } from '../safetensors';

/** A tensor in some file of a model: everything needed to read it, or to have it mapped. */
export interface StoredTensor {
  /** Its name in that file. */
  readonly source: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Path of the file, as the caller that read the header gave it. */
  readonly file: string;
  /** Bytes from the beginning of the file. */
  readonly offset: number;
  /** Bytes. */
  readonly length: number;
  /** The bytes hold the transposed matrix of the network. */
  readonly transposed?: true;
}

/** Tensors by name. */
export type TensorTable = ReadonlyMap<string, StoredTensor>;

/** A tensor that no network reads, and why. */
export interface UnusedTensor {
  readonly name: string;
  readonly reason: string;
}

/** Weights by the names that diffusers and transformers give them, and what was left over. */
export interface Translated {
  readonly weights: Map<string, StoredTensor>;
  readonly unused: UnusedTensor[];
}

/** Why a tensor has no place in any network. */
export const REASONS = {
  ema: 'averaged weights for further training',
  schedule: 'the training schedule, which is computed',
  positions: 'the numbers of the positions, which are computed',
  logitScale: 'used only to compare texts with pictures',
  lastLayer: 'Stable Diffusion 2 reads the layer before the last',
  projection: 'Stable Diffusion 2 uses no pooled text',
  loss: 'a discriminator for further training',
  mask: 'the causal mask, which is computed',
  flag: 'a mark that says how the model was trained',
  other: 'no part of the networks that are known here',
} as const;

/** The tensors of a safetensors file. */
export function tensorsOf(
  file: string,
  { tensors, dataStart }: SafetensorsHeader,
): Map<string, StoredTensor> {
  const table = new Map<string, StoredTensor>();
  for (const [source, { dtype, shape, begin, end }] of tensors)
    table.set(source, { source, dtype, shape, file, offset: dataStart + begin, length: end - begin });
  return table;
}

/** `count` equal parts of a tensor along its first axis, in order. */
export function splitRows(tensor: StoredTensor, count: number): StoredTensor[] {
  const [rows = 0, ...rest] = tensor.shape;
  const length = tensor.length / count;
  return Array.from({ length: count }, (_, index) => ({
    ...tensor,
    shape: [rows / count, ...rest],
    offset: tensor.offset + index * length,
    length,
  }));
}
