import { REASONS, splitRows, type TensorTable, type Translated } from './tensors';

const IN_LAYER: Readonly<Record<string, string>> = {
  ln_1: 'layer_norm1',
  ln_2: 'layer_norm2',
  'attn.out_proj': 'self_attn.out_proj',
  'mlp.c_fc': 'mlp.fc1',
  'mlp.c_proj': 'mlp.fc2',
};

/** Projections in the order of OpenCLIP's packed matrix. */
const PACKED = ['q_proj', 'k_proj', 'v_proj'] as const;

/** True for tensors named as OpenCLIP names them. */
export function isOpenClip(tensors: TensorTable): boolean {
  return tensors.has('token_embedding.weight') || tensors.has('positional_embedding');
}

/**
 * Translates a text encoder's tensors to transformers' names. `penultimate`: the encoder's last layer is never read, as
 * in Stable Diffusion 2, nor is its projection.
 */
export function translateClip(tensors: TensorTable, { penultimate = false } = {}): Translated {
  return isOpenClip(tensors) ? translateOpenClip(tensors, penultimate) : translateTransformers(tensors);
}

function translateTransformers(tensors: TensorTable): Translated {
  const weights: Translated['weights'] = new Map();
  const unused: Translated['unused'] = [];
  for (const [name, tensor] of tensors) {
    const left = /(?:^|\.)position_ids$/.test(name)
      ? REASONS.positions
      : name === 'logit_scale'
        ? REASONS.logitScale
        : undefined;
    // Files from before 2023 leave out the outer module.
    const full = /^(?:embeddings|encoder|final_layer_norm)\./.test(name) ? `text_model.${name}` : name;
    const known =
      /^text_model\.(?:embeddings|encoder\.layers\.\d+|final_layer_norm)\.|^text_projection\.weight$/;
    if (left !== undefined) unused.push({ name: tensor.source, reason: left });
    else if (known.test(full)) weights.set(full, tensor);
    else unused.push({ name: tensor.source, reason: REASONS.other });
  }
  return { weights, unused };
}

function translateOpenClip(tensors: TensorTable, penultimate: boolean): Translated {
  const weights: Translated['weights'] = new Map();
  const unused: Translated['unused'] = [];
  const last = Math.max(
    ...[...tensors.keys()].map((name) => Number(/^transformer\.resblocks\.(\d+)\./.exec(name)?.[1] ?? -1)),
  );
  for (const [name, tensor] of tensors) {
    const leave = (reason: string) => unused.push({ name: tensor.source, reason });
    const block = /^transformer\.resblocks\.(\d+)\.(.+)$/.exec(name);
    if (block) {
      const layer = Number(block[1]);
      const rest = block[2]!;
      const path = `text_model.encoder.layers.${layer}`;
      const packed = /^attn\.in_proj_(weight|bias)$/.exec(rest);
      const plain = /^(.+)\.(weight|bias)$/.exec(rest);
      const inner = plain && IN_LAYER[plain[1]!];
      if (penultimate && layer === last) leave(REASONS.lastLayer);
      else if (packed) {
        splitRows(tensor, PACKED.length).forEach((part, index) => {
          weights.set(`${path}.self_attn.${PACKED[index]}.${packed[1]}`, part);
        });
      } else if (inner) weights.set(`${path}.${inner}.${plain[2]}`, tensor);
      else leave(REASONS.other);
    } else if (name === 'positional_embedding')
      weights.set('text_model.embeddings.position_embedding.weight', tensor);
    else if (name === 'token_embedding.weight') weights.set(`text_model.embeddings.${name}`, tensor);
    else if (name === 'ln_final.weight' || name === 'ln_final.bias')
      weights.set(name.replace('ln_final', 'text_model.final_layer_norm'), tensor);
    else if (name === 'text_projection' || name === 'text_projection.weight') {
      if (penultimate) leave(REASONS.projection);
      // A bare parameter is multiplied from the right; a linear layer's weight is the other way round.
      else if (name === 'text_projection')
        weights.set('text_projection.weight', {
          ...tensor,
          shape: [...tensor.shape].reverse(),
          transposed: true,
        });
      else weights.set(name, tensor);
    } else if (name === 'logit_scale') leave(REASONS.logitScale);
    else if (name === 'attn_mask') leave(REASONS.mask);
    else leave(REASONS.other);
  }
  return { weights, unused };
}
