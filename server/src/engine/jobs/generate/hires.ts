import type { PlanHires } from '../../../shared/plan';
import { type Result, success } from '../../../shared/problem';
import { cropPicture, type LatentResize, resizeLatents, resizePicture, toRgb } from '../../image/index';
import type { LoadedModel } from '../../model/load';
import { decodeLatents } from '../../model/vaeDecoder';
import type { Sampled } from './sampling';

/** Pixels per latent, on each side. */
const VAE_FACTOR = 8;

/** Whole latent cells of a side in pixels. */
function cells(side: number): number {
  return Math.floor(side / VAE_FACTOR);
}

const LATENT: Readonly<Record<string, LatentResize>> = {
  Latent: 'bilinear',
  'Latent (antialiased)': 'bilinear-antialias',
  'Latent (bicubic)': 'bicubic',
  'Latent (bicubic antialiased)': 'bicubic-antialias',
  'Latent (nearest)': 'nearest',
  'Latent (nearest-exact)': 'nearest-exact',
};

/**
 * The latents the second pass starts from: those of the first interpolated, or its picture enlarged by Lanczos and
 * encoded anew.
 */
export async function enlarge(
  model: LoadedModel,
  first: Sampled,
  hires: PlanHires,
): Promise<Result<Float32Array>> {
  const { width, height } = hires.enlarged ?? hires;
  const whole = await enlargeTo(model, first, width, height, hires.upscaler);
  if (!whole.ok || !hires.enlarged) return whole;
  return success(middle(whole.value, model.latentChannels, hires.enlarged, hires));
}

async function enlargeTo(
  model: LoadedModel,
  first: Sampled,
  width: number,
  height: number,
  upscaler: string,
): Promise<Result<Float32Array>> {
  const mode = LATENT[upscaler];
  const { latents, shape } = first;
  if (mode !== undefined) {
    const to = { width: cells(width), height: cells(height) };
    return success(resizeLatents(latents, shape, to, mode));
  }
  const decoded = await decodeLatents(model.vae, latents, shape, model.scalingFactor, model.shiftFactor);
  const size = { width: shape[2] * VAE_FACTOR, height: shape[1] * VAE_FACTOR };
  const rgb = toRgb(decoded, size.width, size.height);
  const resized = resizePicture({ ...size, rgb }, width, height);
  // The encoder makes whole cells, counted from the left and the top.
  return model.vaeEncoder.encode(cropPicture(resized, cells(width) * VAE_FACTOR, cells(height) * VAE_FACTOR));
}

/** The middle of latents; of an odd rest, the smaller half is cut off at the beginning. */
function middle(
  latents: Float32Array,
  channels: number,
  from: { readonly width: number; readonly height: number },
  to: { readonly width: number; readonly height: number },
): Float32Array {
  const [width, height, wide, high] = [to.width, to.height, from.width, from.height].map(cells) as [
    number,
    number,
    number,
    number,
  ];
  const left = Math.floor((wide - width) / 2);
  const top = Math.floor((high - height) / 2);
  const result = new Float32Array(channels * height * width);
  for (let row = 0; row < channels * height; row++) {
    const line = Math.floor(row / height) * high + top + (row % height);
    result.set(latents.subarray(line * wide + left, line * wide + left + width), row * width);
  }
  return result;
}
