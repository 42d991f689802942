import { LAYOUTS, type TensorShape, textEncoderModules, unetModules } from '../formats/lora';

/** Where checkpoints keep the denoiser and the text encoders. */
const UNET = /^(?:model\.diffusion_model\.|diffusion_model\.|unet\.)/;
const FIRST_ENCODER =
  /^(?:cond_stage_model\.transformer\.|conditioner\.embedders\.0\.transformer\.|text_encoders?\.(?:clip_l\.transformer\.)?)/;
/** OpenCLIP's own names, where q, k and v are one matrix: its modules are those of the architecture. */
const OPEN_CLIP = /(?:cond_stage_model|conditioner\.embedders\.[01])\.model\.transformer\.resblocks\.0\./;

/**
 * Modules of a checkpoint with their weight shapes, in diffusers naming, for counting what fits. For a U-Net of a known
 * architecture its LDM names are translated; other denoisers keep their own.
 */
export function checkpointModules(
  tensors: ReadonlyMap<string, TensorShape>,
  architecture: string | undefined,
): Record<string, readonly number[]> {
  const layout = LAYOUTS.find(({ name }) => name === architecture);
  const translated = new Map(layout ? unetModules(layout.unet).map(({ path, ldm }) => [ldm, path]) : []);
  const modules: Record<string, readonly number[]> = {};
  let openClip = false;
  for (const [name, { shape }] of tensors) {
    openClip ||= OPEN_CLIP.test(name);
    if (!name.endsWith('.weight')) continue;
    const path = name.slice(0, -'.weight'.length);
    if (UNET.test(path)) {
      const own = path.replace(UNET, '');
      modules[translated.get(own) ?? own] = shape;
    } else if (FIRST_ENCODER.test(path)) {
      modules[path.replace(FIRST_ENCODER, '')] = shape;
    }
  }
  if (layout && openClip) {
    const { te, te2 } = layout.textEncoders;
    const prefix = te2 ? 'text_encoder_2.' : '';
    for (const [path, shape] of textEncoderModules((te2 ?? te)!)) modules[prefix + path] = shape;
  }
  return modules;
}
