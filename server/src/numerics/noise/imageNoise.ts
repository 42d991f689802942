import { type BrownianNoise, createBrownianNoise } from './brownian';
import { createNoise, type NoiseKind } from './kinds';
import { slerp } from './slerp';
import type { NoiseSource } from './source';

/** Shape of one latent: [channels, height, width]. */
export type LatentShape = readonly [channels: number, height: number, width: number];

/** Everything that decides the noise of one image. */
export interface ImageNoiseOptions {
  readonly kind: NoiseKind;
  readonly seed: number;
  readonly shape: LatentShape;
  /** Eta noise seed delta; 0 is off. */
  readonly ensd?: number;
  /** Mixes another seed's noise into the first draw; strength 0 … 1, 0 is off. */
  readonly variation?: { readonly seed: number; readonly strength: number };
  /** Draws the first noise at another latent size and puts it in the middle ("seed resize from"). */
  readonly resizeFrom?: { readonly height: number; readonly width: number };
}

/** The noise of one image, in the order a sampler asks for it. */
export interface ImageNoise {
  /** The initial noise; the web UI's first draw. */
  first(): Float32Array;
  /** The next step's noise: the same stream goes on, or a new one when there is an eta noise seed delta. */
  next(): Float32Array;
  /** A Brownian path of the image's seed between two noise levels, for the stochastic samplers. */
  brownian(sigmaMin: number, sigmaMax: number): BrownianNoise;
}

/** The noise of one image as the web UI draws it. Call `first` once, before `next`. */
export function createImageNoise(options: ImageNoiseOptions): ImageNoise {
  const { kind, seed, shape, ensd = 0 } = options;
  let stream: NoiseSource = createNoise(kind, seed);
  return {
    first() {
      const noise = firstNoise(options, stream);
      if (ensd !== 0) stream = createNoise(kind, seed + ensd);
      return noise;
    },
    next: () => stream.randn(shape),
    brownian: (sigmaMin, sigmaMax) =>
      createBrownianNoise({
        sigmaMin,
        sigmaMax,
        entropy: seed,
        randn: (nodeSeed) => createNoise(kind, nodeSeed).randn(shape),
      }),
  };
}

function firstNoise(options: ImageNoiseOptions, stream: NoiseSource): Float32Array {
  const { kind, seed, shape, variation, resizeFrom } = options;
  const drawn: LatentShape = resizeFrom ? [shape[0], resizeFrom.height, resizeFrom.width] : shape;
  const resized = drawn[1] !== shape[1] || drawn[2] !== shape[2];

  let noise = resized ? createNoise(kind, seed).randn(drawn) : stream.randn(shape);
  if (variation && variation.strength !== 0) {
    const other = createNoise(kind, variation.seed).randn(drawn);
    noise = slerp(variation.strength, noise, other, drawn);
  }
  if (!resized) return noise;

  const around = stream.randn(shape);
  placeInMiddle(noise, drawn, around, shape);
  return around;
}

/** Copies the middle of `source` over the middle of `target`, whichever of the two is larger on either axis. */
function placeInMiddle(source: Float32Array, from: LatentShape, target: Float32Array, to: LatentShape): void {
  const offset = (outer: number, inner: number) => Math.floor((outer - inner) / 2);
  const [dx, dy] = [offset(to[2], from[2]), offset(to[1], from[1])];
  const width = dx >= 0 ? from[2] : from[2] + 2 * dx;
  const height = dy >= 0 ? from[1] : from[1] + 2 * dy;
  const [targetX, targetY] = [Math.max(dx, 0), Math.max(dy, 0)];
  const [sourceX, sourceY] = [Math.max(-dx, 0), Math.max(-dy, 0)];
  for (let channel = 0; channel < to[0]; channel++)
    for (let row = 0; row < height; row++) {
      const start = (channel * from[1] + sourceY + row) * from[2] + sourceX;
      const end = Math.min(start + width, (channel * from[1] + sourceY + row + 1) * from[2]);
      target.set(source.subarray(start, end), (channel * to[1] + targetY + row) * to[2] + targetX);
    }
}
