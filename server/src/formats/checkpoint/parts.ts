import { REASONS, type StoredTensor, type TensorTable, type UnusedTensor } from './tensors';

/** A network of a checkpoint. */
export type Part = 'unet' | 'textEncoder' | 'textEncoder2' | 'vae';

/** Where LDM's and SGM's single files keep their networks. The first prefix that fits counts. */
const PREFIXES: readonly (readonly [prefix: string, part: Part])[] = [
  ['model.diffusion_model.', 'unet'],
  ['first_stage_model.', 'vae'],
  ['cond_stage_model.transformer.', 'textEncoder'],
  ['cond_stage_model.model.', 'textEncoder'],
  ['conditioner.embedders.0.transformer.', 'textEncoder'],
  ['conditioner.embedders.0.model.', 'textEncoder'],
  ['conditioner.embedders.1.model.', 'textEncoder2'],
  ['conditioner.embedders.1.transformer.', 'textEncoder2'],
];

const SCHEDULE =
  /^(?:betas|alphas_cumprod(?:_prev|_next)?|(?:sqrt_|log_)[\w]*alphas?_cumprod|sqrt_recip\w*|posterior_\w+|lvlb_weights|logvar|sigmas|denoiser\.\w+|global_step|scale_factor)$/;
const FLAGS = new Set([
  'v_pred',
  'ztsnr',
  'edm_mean',
  'edm_std',
  'edm_vpred.sigma_max',
  'edm_vpred.sigma_min',
]);

/** The tensors of a single file by network, their names without the network's prefix. */
export interface SplitCheckpoint {
  readonly parts: Readonly<Record<Part, Map<string, StoredTensor>>>;
  /** Tensors of no network that is run. */
  readonly unused: UnusedTensor[];
}

/** Sorts the tensors of a single-file checkpoint by network. */
export function splitCheckpoint(tensors: TensorTable): SplitCheckpoint {
  const parts = { unet: new Map(), textEncoder: new Map(), textEncoder2: new Map(), vae: new Map() };
  const unused: UnusedTensor[] = [];
  for (const [name, tensor] of tensors) {
    const found = PREFIXES.find(([prefix]) => name.startsWith(prefix));
    if (found) parts[found[1]].set(name.slice(found[0].length), tensor);
    else unused.push({ name, reason: reasonOf(name) });
  }
  return { parts, unused };
}

function reasonOf(name: string): string {
  if (name.startsWith('model_ema.')) return REASONS.ema;
  if (SCHEDULE.test(name)) return REASONS.schedule;
  if (FLAGS.has(name)) return REASONS.flag;
  if (/(?:^|\.)logit_scale$/.test(name)) return REASONS.logitScale;
  return REASONS.other;
}

/**
 * The tensors of a file that holds an autoencoder, alone or as part of a checkpoint, without prefix. Empty when there is
 * no decoder among them.
 */
export function vaeTensors(tensors: TensorTable): Map<string, StoredTensor> {
  const found = new Map<string, StoredTensor>();
  for (const [name, tensor] of tensors) {
    const bare = name.replace(/^(?:first_stage_model|vae)\./, '');
    if (/^(?:encoder|decoder|quant_conv|post_quant_conv)\./.test(bare)) found.set(bare, tensor);
  }
  return found.has('decoder.conv_in.weight') ? found : new Map();
}
