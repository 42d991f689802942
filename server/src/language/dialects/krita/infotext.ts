/** What krita-ai-diffusion knows of a picture when it saves it. */
export interface KritaPicture {
  readonly prompt: string;
  readonly negativePrompt: string;
  readonly sampler: string;
  readonly steps: number;
  readonly guidance: number;
  readonly checkpoint: string;
  readonly strength?: number;
  readonly seed: number;
  readonly width: number;
  readonly height: number;
  readonly loras: readonly { readonly name: string; readonly weight: number }[];
}

/** Writes an infotext as krita does: nothing is quoted, the model hash is unknown, LoRAs go into the prompt. */
export function writeKritaInfotext(picture: KritaPicture): string {
  const tags = picture.loras
    .filter(({ weight }) => weight !== 0)
    .map(({ name, weight }) => ` <lora:${name}:${weight}>`)
    .join('');
  const strength =
    picture.strength === undefined || picture.strength === 1
      ? ''
      : `, Denoising strength: ${picture.strength}`;
  return [
    `${picture.prompt.trim()}${tags}`,
    `Negative prompt: ${picture.negativePrompt}`,
    `Steps: ${picture.steps}, Sampler: ${picture.sampler}, CFG scale: ${picture.guidance}, Seed: ${picture.seed}, ` +
      `Size: ${picture.width}x${picture.height}, Model hash: unknown, Model: ${picture.checkpoint}${strength}`,
  ].join('\n');
}
