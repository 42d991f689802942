import type { ModuleList } from '../moduleList';

/** Made from the module lists of diffusers 0.42.1 and musubi-tuner 30c658c. */
export const ideogram4: readonly ModuleList[] = [
  {
    modules: `
input_proj 4608x128
llm_cond_norm 53248
llm_cond_proj 4608x53248
t_embedding.mlp_in 4608x4608
t_embedding.mlp_out 4608x4608
adaln_proj 512x4608
embed_image_indicator 2x4608
layers.0-33.attention.qkv 13824x4608 layers.*.attention.to_q+layers.*.attention.to_k+layers.*.attention.to_v
layers.0-33.attention.norm_q 256
layers.0-33.attention.norm_k 256
layers.0-33.attention.o 4608x4608 layers.*.attention.to_out.0
layers.0-33.feed_forward.w1 12288x4608
layers.0-33.feed_forward.w2 4608x12288
layers.0-33.feed_forward.w3 12288x4608
layers.0-33.attention_norm1 4608
layers.0-33.ffn_norm1 4608
layers.0-33.attention_norm2 4608
layers.0-33.ffn_norm2 4608
layers.0-33.adaln_modulation 18432x512
final_layer.linear 128x4608
final_layer.adaln_modulation 4608x512`,
  },
];
