/** A linear guess at a VAE: what one latent pixel looks like, without running the decoder. */
export interface PreviewFactors {
  /** One row per latent channel: red, green, blue for a value of 1. Results lie in −1 … 1. */
  readonly channels: readonly (readonly [red: number, green: number, blue: number])[];
  readonly bias: readonly [red: number, green: number, blue: number];
}

/** Latents of SD1 and SD2. Figures: stable-diffusion.cpp (MIT). */
const SD: PreviewFactors = {
  channels: [
    [0.337366, 0.216344, 0.257386],
    [0.165636, 0.386828, 0.046994],
    [-0.267803, 0.237036, 0.223517],
    [-0.178022, -0.200862, -0.678514],
  ],
  bias: [-0.017478, -0.055834, -0.105825],
};

/** Latents of SDXL. Figures: stable-diffusion.cpp (MIT). */
const SDXL: PreviewFactors = {
  channels: [
    [0.258303, 0.27764, 0.329699],
    [-0.299701, 0.105446, 0.014194],
    [0.050522, 0.186163, -0.143257],
    [-0.211938, -0.149892, -0.080036],
  ],
  bias: [0.144381, -0.033313, 0.007061],
};

/** Latents of the built-in model, fitted by scripts/fitPreviewFactors.mjs. */
const DEMO: PreviewFactors = {
  channels: [
    [0.040727, 0.263102, -0.082639],
    [0.135719, 0.064898, 0.050599],
    [-0.127517, 0.213294, 0.352108],
    [0.416059, 0.290984, 0.268396],
  ],
  bias: [0.134474, 0.064233, 0.055616],
};

/** The factors for an architecture's latents; undefined where none are known. */
export function previewFactors(
  architecture: string | undefined,
  channels: number,
): PreviewFactors | undefined {
  if (channels !== 4) return undefined;
  if (architecture === 'demo') return DEMO;
  return architecture?.startsWith('sdxl') ? SDXL : SD;
}
