import { addDifference } from './full';
import type { LoraKind } from './kind';

/** A difference of a LayerNorm's or GroupNorm's weight. It has no alpha. */
export const norm: LoraKind = {
  name: 'norm',
  matches: (tensors) => tensors.has('w_norm'),
  prepare: (tensors, shape, strength) => addDifference('w_norm', tensors, shape, strength),
};
