import { LAYOUTS, type TensorShape, unetModules, unetShapes } from '../../formats/lora';
import { isUnet } from './dictionary';
import type { Evidence, Sized } from './evidence';
import { findTransformer } from './transformers';

/** Prefixes before a denoiser's module names in files that hold whole weights or parts of them. */
const PREFIX = /^(?:model\.diffusion_model\.|diffusion_model\.|unet\.|transformer\.|control_model\.)/;
/** Beginnings of what a checkpoint holds beside the denoiser. */
const OTHER_PART =
  /^(?:cond_stage_model|conditioner|first_stage_model|vae|text_encoders?(?:_\d)?|text_model|encoder|decoder|model_ema)\./;

/** Share of a file's denoiser weights that must fit an architecture's. */
const ENOUGH = 0.5;
/** Share of an architecture's modules that makes a file a whole U-Net. */
const WHOLE = 0.95;

/** One whole weight of a denoiser, in the form that networks' modules have. */
export function denoiserWeights(
  names: Iterable<string>,
  shape: (tensorName: string) => TensorShape | undefined,
): Sized[] {
  const weights: Sized[] = [];
  for (const name of names) {
    if (OTHER_PART.test(name)) continue;
    const match = /^(.+)\.(weight|down|up)$/.exec(name.replace(PREFIX, ''));
    if (!match) continue;
    const [, path, part] = match;
    const size = shape(name)?.shape ?? [];
    const dimensions =
      part === 'down' ? { in: size[1] } : part === 'up' ? { out: size[0] } : { out: size[0], in: size[1] };
    const key = path!.replaceAll('.', '_');
    const module = {
      component: 'unet',
      name: path!,
      key,
      prefix: '',
      scheme: 'native',
      tensors: { weight: name },
    } as const;
    weights.push({ module, key, dimensions });
  }
  return weights;
}

/**
 * Architecture of a file with whole weights (a checkpoint, a ControlNet, a control LoRA, an IP-Adapter), by the same
 * rules as a network's. Undefined when no weight tells.
 */
export function checkpointArchitecture(evidence: Evidence): string | undefined {
  const weights = denoiserWeights(evidence.names, evidence.shape);
  if (isUnet(weights)) return unetArchitecture(weights) ?? otherWidths(evidence);
  const found = findTransformer(weights)?.candidates ?? [];
  return found.length === 1 ? found[0] : otherWidths(evidence);
}

function unetArchitecture(weights: readonly Sized[]): string | undefined {
  const known = weights.filter(({ key }) => !/^(?:input_hint_block|zero_convs|controlnet_)/.test(key));
  const counts = LAYOUTS.map(({ name, unet }) => {
    const shapes = unetShapes(unet);
    const fits = known.filter(({ key, dimensions }) => {
      const weight = shapes.get(key);
      if (!weight) return false;
      const sameOut = dimensions.out === undefined || dimensions.out === weight[0];
      // Inpainting models read more channels at the entrance and are the same otherwise.
      const sameIn = dimensions.in === undefined || dimensions.in === weight[1] || weight[1] === 4;
      return sameOut && sameIn;
    }).length;
    return { name, fits, isWhole: fits >= unetModules(unet).length * WHOLE };
  });
  const most = Math.max(...counts.map(({ fits }) => fits));
  if (most === 0 || most < known.length * ENOUGH) return undefined;
  const best = counts.filter(({ fits }) => fits === most);
  // SSD-1B is a part of SDXL: a whole U-Net is the one it fills, a piece of one is the common one's.
  return (best.filter(({ isWhole }) => isWhole).at(-1) ?? best[0]!).name;
}

/** Where no name tells, the width of the text condition does. */
const CONTEXT: Readonly<Record<number, string>> = { 768: 'sd1', 1024: 'sd2', 2048: 'sdxl' };

function otherWidths({ names, shape }: Evidence): string | undefined {
  // LLLite names the U-Net module it conditions: transformer blocks beyond the first exist in SDXL only.
  if (names.some((name) => /^lllite_unet_.*transformer_blocks_[1-9]/.test(name))) return 'sdxl';
  for (const name of names) {
    if (/(?:to_k_ip|to_v_ip|attn2[._]to_[kv])\.(?:weight|down)$/.test(name)) {
      const architecture = CONTEXT[shape(name)?.shape[1] ?? 0];
      if (architecture) return architecture;
    }
  }
  return undefined;
}
