import { failure, type Problem } from '../../shared/problem';
import type { UnetConfig } from './config';

/** U-Nets that read more than noisy latents, by their number of input channels. */
const BY_CHANNELS: Readonly<Record<number, string>> = {
  5: 'a depth-to-image model: it also wants a depth map',
  7: 'an upscaler: it also wants a small picture',
  8: 'an InstructPix2Pix model: it also wants the picture to edit',
  9: 'an inpainting model: it also wants a mask and the masked picture',
};

/**
 * Says why a U-Net cannot be run, or undefined when it can. `hasPooled`: a text encoder gives pooled text. `names` are
 * all tensors of the file.
 */
export function unsupported(
  unet: UnetConfig | undefined,
  hasPooled: boolean,
  names: { has(name: string): boolean },
): Problem | undefined {
  if (!unet) return undefined;
  const latents = unet.outChannels;
  if (unet.inChannels !== latents) {
    const what =
      BY_CHANNELS[unet.inChannels] ?? `a U-Net that reads ${unet.inChannels} channels instead of ${latents}`;
    return refuse(
      `This is ${what}, which a prompt alone does not have.`,
      'Choose the plain model it was made from.',
    );
  }
  if (names.has('edm_mean') || names.has('edm_vpred.sigma_max'))
    return refuse(
      'This model was trained on another noise schedule (EDM) than the samplers here compute.',
      'Choose a model that predicts noise or v.',
    );
  if (unet.addition && unet.context < 1280 && !hasPooled)
    return refuse(
      'This is an unCLIP model: it also wants a picture as condition.',
      'Choose the plain model it was made from.',
    );
  if (unet.context === 0)
    return refuse(
      'The measures of this U-Net are those of no model known here.',
      'Choose another checkpoint.',
    );
  return undefined;
}

function refuse(message: string, remedy: string): Problem {
  return failure('checkpoint-unsupported', message, remedy).problem;
}
