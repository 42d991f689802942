import { LAYOUTS, type TensorShape, unetModules, unetShapes } from '../../formats/lora';
import { isUnet } from './dictionary';
import type { Evidence, Sized } from './evidence';
import { findTransformer } from './transformers';

/** Prefixes before a denoiser's module names in files that hold whole weights or parts of them. */
export const DENOISER_PREFIX =
  /^(?:base_model\.model\.)?(?:model\.diffusion_model\.|diffusion_model\.|unet\.|transformer\.|control_model\.|conditional_transformer\.|net\.|model\.(?!diffusion_model\.|language_model\.|visual\.|layers\.|t_embedder1\.|x_embedder\.proj[12]\.|final_layer2\.))?/;
/** Beginnings of what a checkpoint holds beside the denoiser. */
const OTHER_PART =
  /^(?:cond_stage_model|conditioner|first_stage_model|vae|text_encoders?(?:_\d)?|text_model|encoder|decoder|model_ema|quant_conv|post_quant_conv)\./;
/** Weights that are packed, several numbers in a byte, so that their shape is not the module's. */
const PACKED = new Set(['U8', 'I8', 'I32', 'U32']);
/** What stands beside a packed weight. */
const PACKING = [
  'weight_scale',
  'weight_scale_2',
  'comfy_quant',
  'weight.absmax',
  'weight.quant_map',
  'SCB',
  'scale_weight',
];

/** Share of a file's denoiser weights that must fit an architecture's. */
const ENOUGH = 0.8;
/** Share of an architecture's modules that makes a file a whole U-Net. */
const WHOLE = 0.95;

/** One whole weight of a denoiser, in the form that networks' modules have. */
export function denoiserWeights(
  names: Iterable<string>,
  shape: (tensorName: string) => TensorShape | undefined,
): Sized[] {
  const all = new Set(names);
  const weights: Sized[] = [];
  for (const name of all) {
    if (OTHER_PART.test(name)) continue;
    const match = /^(.+)\.(weight|down|up)$|^(.+_norm\.scale)$/.exec(name.replace(DENOISER_PREFIX, ''));
    if (!match) continue;
    const [, whole, part = 'weight', norm] = match;
    const path = whole ?? norm;
    const { shape: stored = [], dtype = '' } = shape(name) ?? {};
    const isPacked =
      PACKED.has(dtype) && PACKING.some((suffix) => all.has(`${name.slice(0, -'weight'.length)}${suffix}`));
    const size = isPacked ? [] : stored;
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

/** What a file's whole weights say: a set of architectures, and the edition where only one is left. */
export interface WeightsFinding {
  readonly candidates: readonly string[];
  readonly variant?: string;
}

/**
 * Architectures of a file with whole weights (a checkpoint, a ControlNet, a control LoRA, an IP-Adapter), by the same
 * rules as a network's. Undefined when no weight tells.
 */
export function checkpointFinding(evidence: Evidence, isModel = true): WeightsFinding | undefined {
  const weights = denoiserWeights(evidence.names, evidence.shape);
  if (isUnet(weights)) {
    const candidates = unetArchitectures(weights);
    // What conditions a U-Net holds few of its weights; it was made for the one that people have.
    if (candidates.length > 1 && !isModel && candidates.includes('sdxl')) return { candidates: ['sdxl'] };
    if (candidates.length > 0) return { candidates };
    const architecture = otherWidths(evidence);
    return architecture === undefined ? undefined : { candidates: [architecture] };
  }
  const found = findTransformer(weights);
  if (found)
    return { candidates: found.candidates, ...(found.variant !== undefined && { variant: found.variant }) };
  const architecture = otherWidths(evidence);
  return architecture === undefined ? undefined : { candidates: [architecture] };
}

/** The one architecture of a file with whole weights; undefined when no weight tells, or several are left. */
export function checkpointArchitecture(evidence: Evidence): string | undefined {
  const { candidates = [] } = checkpointFinding(evidence) ?? {};
  return candidates.length === 1 ? candidates[0] : undefined;
}

/** Width of Kolors' added condition: its U-Net is SDXL's but for that and the projection of its text. */
const KOLORS_ADDED = 5632;

/** The U-Nets that have these weights: one when it is whole, all that share them when it is a part. */
function unetArchitectures(weights: readonly Sized[]): string[] {
  const known = weights.filter(
    ({ key }) => !/^(?:input_hint_block|zero_convs|controlnet_|encoder_hid_proj)/.test(key),
  );
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
  if (most === 0 || most < known.length * ENOUGH) return [];
  const best = counts.filter(({ fits }) => fits === most);
  // SSD-1B is a part of SDXL: a whole U-Net is the one it fills.
  const whole = best.filter(({ isWhole }) => isWhole).at(-1);
  const names = whole ? [whole.name] : best.map(({ name }) => name);
  if (!names.includes('sdxl')) return names.sort();
  const added = known.find(({ key }) => /^(?:label_emb_0_0|add_embedding_linear_1)$/.test(key));
  if (!added) return [...names, 'kolors'].sort();
  return names
    .map((name) => (name === 'sdxl' && added.dimensions.in === KOLORS_ADDED ? 'kolors' : name))
    .sort();
}

/** Where no name tells, the width of the text condition does. */
const CONTEXT: Readonly<Record<number, string>> = { 768: 'sd1', 1024: 'sd2', 2048: 'sdxl' };

function otherWidths({ names, shape }: Evidence): string | undefined {
  // LLLite names the U-Net module it conditions: transformer blocks beyond the first exist in SDXL only.
  if (names.some((name) => /^lllite_unet_.*transformer_blocks_[1-9]/.test(name))) return 'sdxl';
  for (const name of names) {
    if (/(?:to_k_ip|to_v_ip)\.weight$/.test(name)) {
      const architecture = CONTEXT[shape(name)?.shape[1] ?? 0];
      if (architecture) return architecture;
    }
  }
  return undefined;
}
