import { denoiserWeights } from './checkpoint';
import type { Evidence } from './evidence';
import { findTransformer } from './transformers';

/** What a file is, and its type where that has a name of its own. */
export interface KindFinding {
  readonly kind: string;
  readonly networkType?: string;
  readonly because: string;
}

const EMBEDDING_KEYS = new Set(['clip_l', 'clip_g', 'clip_h', 't5', 't5xxl', 'emb_params', '*']);

/** Tells by the names what a file is, if it is anything but a network to merge. Undefined: it is one. */
export function findOtherKind(evidence: Evidence): KindFinding | undefined {
  const { names, modules } = evidence;
  const some = (pattern: RegExp) => names.some((name) => pattern.test(name));
  if (names.length === 0) return { kind: 'empty', because: 'it holds no tensors' };
  if (names.includes('lora_controlnet')) {
    return {
      kind: 'controlnet',
      networkType: 'control-lora',
      because: 'it is marked lora_controlnet: a ControlNet in low-rank form',
    };
  }
  if (some(/^lllite_/)) return { kind: 'lllite', because: 'its tensors are those of a ControlNet-LLLite' };
  if (some(/^(?:ip_adapter\.|image_proj(?:_model)?\.|adapter_modules\.)/)) {
    return { kind: 'ip-adapter', because: 'it has an image projection: an IP-Adapter' };
  }
  if (isEmbedding(evidence)) return { kind: 'embedding', because: 'it holds token vectors only' };
  if (modules.length > 0 && modules.length >= evidence.rest.length / 8) return undefined;
  if (
    some(
      /^(?:control_model\.|controlnet_(?:cond_embedding|down_blocks|mid_block)\.|input_hint_block\.|zero_convs\.)/,
    )
  ) {
    return { kind: 'controlnet', because: 'it has the hint block of a ControlNet' };
  }
  if (some(/^(?:adapter\.)?body\.\d+\.(?:block\d|resnets|in_conv)/)) {
    return { kind: 't2i-adapter', because: 'its blocks are those of a T2I-Adapter' };
  }
  if (some(/motion_modules\./)) return { kind: 'motion-module', because: 'it holds motion modules' };
  if (isDenoiser(evidence)) {
    const hasMore = some(BESIDE_DENOISER);
    return hasMore || some(/^model\.diffusion_model\./)
      ? { kind: 'checkpoint', because: 'it holds whole weights of a denoiser and no network' }
      : { kind: 'diffusion-model', because: 'it holds the weights of a denoiser alone' };
  }
  if (
    some(/^(?:first_stage_model\.|vae\.)?(?:encoder|decoder)\.(?:conv_in|conv_out|mid|mid_block|up|down)\b/)
  ) {
    return { kind: 'vae', because: 'it holds an encoder and a decoder of latents' };
  }
  if (
    some(
      /(?:^|\.)text_model\.(?:encoder|embeddings)\.|^(?:conditioner|cond_stage_model)\.|^encoder\.block\.\d+\.layer/,
    )
  ) {
    return { kind: 'text-encoder', because: 'it holds a text encoder' };
  }
  return { kind: 'other', because: 'its tensors are those of no network known here' };
}

/** Text encoders and autoencoders of files that hold more than a denoiser. */
const BESIDE_DENOISER = /^(?:first_stage_model|vae|cond_stage_model|conditioner|text_encoders?(?:_\d)?)\./;
/** Blocks of denoisers, whatever they are. */
const DENOISER_BLOCK =
  /^(?:model\.)?diffusion_model\.|^(?:(?:model|net|transformer|unet)\.)?(?:down_blocks|up_blocks|mid_block|input_blocks|middle_block|output_blocks|double_blocks|single_blocks|joint_blocks|transformer_blocks|single_transformer_blocks|joint_transformer_blocks|double_stream_blocks|single_stream_blocks|visual_transformer_blocks|noise_refiner)\./;

/** True for names of denoisers' blocks, and for the weights of an architecture in the table. */
function isDenoiser(evidence: Evidence): boolean {
  if (evidence.names.some((name) => DENOISER_BLOCK.test(name))) return true;
  const weights = denoiserWeights(evidence.names, evidence.shape);
  return weights.length >= MANY_WEIGHTS && findTransformer(weights) !== undefined;
}

/** A few weights of familiar names are no denoiser. */
const MANY_WEIGHTS = 20;

function isEmbedding({ names, modules, shape }: Evidence): boolean {
  if (modules.length > 0) return false;
  const plain = names.filter(
    (name) => !EMBEDDING_KEYS.has(name) && !/^string_to_(?:param|token)\b/.test(name),
  );
  if (plain.length === 0) return true;
  // Diffusers stores a concept under its own token: a vector or a short stack of them.
  return (
    names.length <= 4 &&
    names.every((name) => {
      const size = shape(name)?.shape ?? [];
      return /^<[^>]+>$/.test(name) && size.length <= 2 && EMBEDDING_WIDTHS[size.at(-1) ?? 0] !== undefined;
    })
  );
}

const EMBEDDING_WIDTHS: Readonly<Record<number, string>> = {
  64: 'demo',
  768: 'sd1',
  1024: 'sd2',
  1280: 'sdxl',
};

/** Architecture of an embedding by the width of its vectors, and how many it has. */
export function embeddingFacts(evidence: Evidence): { architecture?: string; vectors?: number } {
  const { names, shape } = evidence;
  const first = shape(names[0] ?? '')?.shape ?? [];
  const vectors = first.length > 1 ? first[0] : 1;
  if (names.some((name) => name === 't5xxl' || name === 't5')) return { vectors };
  if (names.includes('clip_g')) return { architecture: 'sdxl', vectors };
  return { architecture: EMBEDDING_WIDTHS[first.at(-1) ?? 0], vectors };
}
