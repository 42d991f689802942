import { type JsonConfig, numberOf, type TextEncoderConfig, wholeIn } from './config';
import type { TensorTable } from './tensors';

/** Width of an attention head in every CLIP text encoder that was released. */
const HEAD_WIDTH = 64;

/**
 * The configuration of a text encoder by the shapes of its weights, named as transformers names them. `openClip` decides
 * between the activations where `config` says nothing: OpenAI's CLIP has the quick approximation, OpenCLIP the exact one.
 */
export function textEncoderConfigOf(
  weights: TensorTable,
  openClip: boolean,
  config: JsonConfig = {},
): TextEncoderConfig | undefined {
  const tokens = weights.get('text_model.embeddings.token_embedding.weight')?.shape;
  const positions = weights.get('text_model.embeddings.position_embedding.weight')?.shape;
  const inner = weights.get('text_model.encoder.layers.0.mlp.fc1.weight')?.shape[0];
  if (!tokens || !positions || inner === undefined) return undefined;
  let layers = 0;
  while (weights.has(`text_model.encoder.layers.${layers}.mlp.fc1.weight`)) layers++;
  const width = tokens[1]!;
  const projection = weights.get('text_projection.weight')?.shape[0];
  const act = config.hidden_act;
  return {
    layers,
    width,
    inner,
    heads: wholeIn(config, 'num_attention_heads') ?? Math.max(1, Math.floor(width / HEAD_WIDTH)),
    vocabulary: tokens[0]!,
    positions: positions[0]!,
    activation: act === 'gelu' || act === 'quick_gelu' ? act : openClip ? 'gelu' : 'quick_gelu',
    epsilon: numberOf(config, 'layer_norm_eps') ?? 1e-5,
    ...(projection !== undefined && { projection }),
  };
}
