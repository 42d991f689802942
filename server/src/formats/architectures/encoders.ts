import type { EncoderName } from '../../shared/catalogue/architectures';

/** How the layers of a text encoder are named. */
export type EncoderKind = 'clip' | 't5' | 'chatglm' | 'language-model';

/** What tells a text encoder apart: how its layers are named, how many there are, and their width. */
export interface EncoderShape {
  readonly kind: EncoderKind;
  readonly layers: number;
  readonly width: number;
}

/** Layers and widths from the models' own configurations. */
export const ENCODERS: Readonly<Record<EncoderName, EncoderShape>> = {
  'clip-l': { kind: 'clip', layers: 12, width: 768 },
  'openclip-h': { kind: 'clip', layers: 24, width: 1024 },
  'openclip-bigg': { kind: 'clip', layers: 32, width: 1280 },
  'demo-clip': { kind: 'clip', layers: 2, width: 64 },
  't5-xxl': { kind: 't5', layers: 24, width: 4096 },
  't5-xl': { kind: 't5', layers: 24, width: 2048 },
  't5-11b': { kind: 't5', layers: 24, width: 1024 },
  'umt5-xxl': { kind: 't5', layers: 24, width: 4096 },
  byt5: { kind: 't5', layers: 12, width: 1472 },
  'chatglm3-6b': { kind: 'chatglm', layers: 28, width: 4096 },
  'gemma2-2b': { kind: 'language-model', layers: 26, width: 2304 },
  'gemma3-4b': { kind: 'language-model', layers: 34, width: 2560 },
  'gemma3-12b': { kind: 'language-model', layers: 48, width: 3840 },
  'glm4-9b': { kind: 'language-model', layers: 40, width: 4096 },
  'llama3-8b': { kind: 'language-model', layers: 32, width: 4096 },
  'ministral-3b': { kind: 'language-model', layers: 26, width: 3072 },
  'mistral-small': { kind: 'language-model', layers: 40, width: 5120 },
  'qwen2.5-vl-3b': { kind: 'language-model', layers: 36, width: 2048 },
  'qwen2.5-vl-7b': { kind: 'language-model', layers: 28, width: 3584 },
  'qwen3-0.6b': { kind: 'language-model', layers: 28, width: 1024 },
  'qwen3-1.7b': { kind: 'language-model', layers: 28, width: 2048 },
  'qwen3-4b': { kind: 'language-model', layers: 36, width: 2560 },
  'qwen3-8b': { kind: 'language-model', layers: 36, width: 4096 },
  'smollm3-3b': { kind: 'language-model', layers: 36, width: 2048 },
};

const KINDS: readonly (readonly [kind: EncoderKind, layer: RegExp])[] = [
  ['clip', /(?:^|_)text_model_encoder_layers_(\d+)_|(?:^|_)resblocks_(\d+)_|^text_model_|^text_projection$/],
  ['t5', /(?:^|_)block_(\d+)_layer_[01]_(?:SelfAttention|DenseReluDense)_/],
  [
    'chatglm',
    /^(?:transformer_)?encoder_layers_(\d+)_(?:self_attention_(?:query_key_value|dense)|mlp_dense_)/,
  ],
  ['clip', /^encoder_layers_(\d+)_/],
  ['language-model', /^(?:model_)?(?:language_model_)?(?:model_)?layers_(\d+)_(?:self_attn|mlp)_/],
];

/** Kind of text encoder a module name belongs to, and its layer. */
export function encoderKindOf(key: string): { kind: EncoderKind; layer: number } | undefined {
  for (const [kind, pattern] of KINDS) {
    const match = pattern.exec(key);
    if (match) return { kind, layer: Number(match.slice(1).find((group) => group !== undefined) ?? -1) };
  }
  return undefined;
}
