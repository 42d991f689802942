import { LAYOUTS, type TensorShape, textEncoderModules, unetModules } from '../formats/lora';
import { DENOISER_PREFIX } from './verdict/checkpoint';

/** Beginnings of what is no part of the denoiser. */
const OTHER_PART =
  /^(?:cond_stage_model|conditioner|first_stage_model|vae|text_encoders?(?:_\d)?|model_ema|quant_conv|post_quant_conv)\./;
const FIRST_ENCODER =
  /^(?:cond_stage_model\.transformer\.|conditioner\.embedders\.0\.transformer\.|text_encoders?\.(?:clip_l\.transformer\.)?)/;
/** OpenCLIP's own names, where q, k and v are one matrix: its modules are those of the architecture. */
const OPEN_CLIP = /(?:cond_stage_model|conditioner\.embedders\.[01])\.model\.transformer\.resblocks\.0\./;

/**
 * Modules of a checkpoint or of a denoiser alone with their weight shapes, for counting what fits. For a U-Net of a
 * known architecture LDM's names are translated to diffusers'; other denoisers keep their own.
 */
export function checkpointModules(
  tensors: ReadonlyMap<string, TensorShape>,
  architecture: string | undefined,
): Record<string, readonly number[]> {
  const layout = LAYOUTS.find(({ name }) => name === architecture);
  const translated = new Map(layout ? unetModules(layout.unet).map(({ path, ldm }) => [ldm, path]) : []);
  const modules: Record<string, readonly number[]> = {};
  let openClip = false;
  const isBare = ![...tensors.keys()].some(isPrefixed);
  for (const [name, { shape }] of tensors) {
    openClip ||= OPEN_CLIP.test(name);
    if (!name.endsWith('.weight')) continue;
    const path = name.slice(0, -'.weight'.length);
    if (FIRST_ENCODER.test(path)) {
      modules[path.replace(FIRST_ENCODER, '')] = shape;
    } else if (!OTHER_PART.test(path) && (isBare || isPrefixed(path))) {
      const own = path.replace(DENOISER_PREFIX, '');
      modules[translated.get(own) ?? own] = shape;
    }
  }
  if (layout && openClip) {
    const { te, te2 } = layout.textEncoders;
    const prefix = te2 ? 'text_encoder_2.' : '';
    for (const [path, shape] of textEncoderModules((te2 ?? te)!)) modules[prefix + path] = shape;
  }
  return modules;
}

/** True for a name with a denoiser's prefix; a bare file has none. */
function isPrefixed(name: string): boolean {
  return name.replace(DENOISER_PREFIX, '') !== name;
}
