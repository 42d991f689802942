import type { SamplingSettings } from '../../shared/samplingSettings';

/** The web UI never adds all the noise to an image it starts from. */
const LARGEST_STRENGTH = 0.999;

/** What decides how many steps the web UI takes. */
export interface StepRequest {
  readonly steps: number;
  /** Denoising strength of an image-to-image run; absent for text-to-image. */
  readonly strength?: number;
  /** A hires fix takes all its steps, whatever the strength. */
  readonly takesAllSteps?: boolean;
  readonly settings?: SamplingSettings;
}

/**
 * Steps of the whole schedule, and `encoded`, the number that an image-to-image run goes back; it takes one more. A run
 * that takes all its steps has a schedule so much longer, and none at all at strength 0 (`setup_img2img_steps`).
 */
export function webuiSteps({ steps, strength, takesAllSteps, settings }: StepRequest): {
  total: number;
  encoded: number;
} {
  if (strength === undefined) return { total: steps, encoded: steps - 1 };
  const share = Math.min(strength, LARGEST_STRENGTH);
  return takesAllSteps || settings?.img2img_fix_steps
    ? { total: share > 0 ? Math.floor(steps / share) : 0, encoded: steps - 1 }
    : { total: steps, encoded: Math.floor(share * steps) };
}

/**
 * Timesteps of the web UI's DDIM, PLMS and UniPC, ascending: 1, 1 + n, 1 + 2n …
 * @param discards `always_discard_next_to_last_sigma`, which only makes the list longer here.
 * @param count timesteps of the training.
 */
export function webuiTimesteps(steps: number, discards = false, count = 1000): number[] {
  const stride = Math.max(1, Math.floor(count / (steps + (discards ? 1 : 0))));
  const timesteps: number[] = [];
  for (let t = 0; t < count; t += stride) timesteps.push(Math.min(t + 1, count - 1));
  return timesteps;
}
