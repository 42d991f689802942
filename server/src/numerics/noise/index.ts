export { type BrownianNoise, createBrownianNoise } from './brownian';
export { createImageNoise, type ImageNoise, type ImageNoiseOptions, type LatentShape } from './imageNoise';
export { createNoise, type NoiseKind } from './kinds';
export { createPhiloxNoise } from './philox';
export { slerp } from './slerp';
export type { NoiseSource } from './source';
export { createTorchCpuNoise } from './torchCpu';
