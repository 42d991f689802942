import type { StepPicture } from '../../shared/engineProtocol';
import { previewFactors } from './factors';

/**
 * A small picture of scaled latents, one pixel per latent pixel: quick enough for every step. Undefined for latents whose
 * channels nobody has put into colours.
 * @param latents the clean latents a sampler sees, [channels, height, width], before the VAE's scaling is undone.
 */
export function latentPicture(
  latents: Float32Array,
  [channels, height, width]: readonly [channels: number, height: number, width: number],
  architecture: string | undefined,
): StepPicture | undefined {
  const factors = previewFactors(architecture, channels);
  if (!factors) return undefined;
  const count = width * height;
  const rgb = new Uint8Array(count * 3);
  const { bias, channels: rows } = factors;
  for (let color = 0; color < 3; color++) {
    const weights = rows.map((row) => row[color]!);
    for (let i = 0; i < count; i++) {
      let value = bias[color]!;
      for (let channel = 0; channel < weights.length; channel++)
        value += latents[channel * count + i]! * weights[channel]!;
      rgb[i * 3 + color] = Math.min(1, Math.max(0, (value + 1) / 2)) * 255;
    }
  }
  return { width, height, rgb };
}
