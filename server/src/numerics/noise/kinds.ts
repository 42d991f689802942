import { createPhiloxNoise } from './philox';
import type { NoiseSource } from './source';
import { createTorchCpuNoise } from './torchCpu';

/** Where noise comes from, as infotext's `RNG` names it. */
export type NoiseKind = 'CPU' | 'GPU' | 'NV';

/**
 * A fresh stream of noise for a seed. `GPU` is torch on whatever card the author had: on NVIDIA cards that is Philox, so
 * `NV` stands in for it and the caller should say so.
 */
export function createNoise(kind: NoiseKind, seed: number): NoiseSource {
  return kind === 'CPU' ? createTorchCpuNoise(seed) : createPhiloxNoise(seed);
}
