import type { ModuleList } from '../moduleList';

/** Made from the module lists of ComfyUI a125cd84. */
export const newbie: readonly ModuleList[] = [
  {
    modules: `
x_embedder 2304x64
noise_refiner.0-1.attention.qkv 3840x2304
noise_refiner.0-1.attention.out 2304x2304
noise_refiner.0-1.attention.q_norm 96
noise_refiner.0-1.attention.k_norm 96
noise_refiner.0-1.feed_forward.w1 9216x2304
noise_refiner.0-1.feed_forward.w2 2304x9216
noise_refiner.0-1.feed_forward.w3 9216x2304
noise_refiner.0-1.attention_norm1 2304
noise_refiner.0-1.ffn_norm1 2304
noise_refiner.0-1.attention_norm2 2304
noise_refiner.0-1.ffn_norm2 2304
noise_refiner.0-1.adaLN_modulation.1 9216x1024
context_refiner.0-1.attention.qkv 3840x2304
context_refiner.0-1.attention.out 2304x2304
context_refiner.0-1.attention.q_norm 96
context_refiner.0-1.attention.k_norm 96
context_refiner.0-1.feed_forward.w1 9216x2304
context_refiner.0-1.feed_forward.w2 2304x9216
context_refiner.0-1.feed_forward.w3 9216x2304
context_refiner.0-1.attention_norm1 2304
context_refiner.0-1.ffn_norm1 2304
context_refiner.0-1.attention_norm2 2304
context_refiner.0-1.ffn_norm2 2304
t_embedder.mlp.0 1024x256
t_embedder.mlp.2 1024x1024
cap_embedder.0 2560
cap_embedder.1 2304x2560
layers.0-35.attention.qkv 3840x2304
layers.0-35.attention.out 2304x2304
layers.0-35.attention.q_norm 96
layers.0-35.attention.k_norm 96
layers.0-35.feed_forward.w1 9216x2304
layers.0-35.feed_forward.w2 2304x9216
layers.0-35.feed_forward.w3 9216x2304
layers.0-35.attention_norm1 2304
layers.0-35.ffn_norm1 2304
layers.0-35.attention_norm2 2304
layers.0-35.ffn_norm2 2304
layers.0-35.adaLN_modulation.1 9216x1024
norm_final 2304
final_layer.linear 64x2304
final_layer.adaLN_modulation.1 2304x1024
clip_text_pooled_proj.0 1024
clip_text_pooled_proj.1 1024x1024
time_text_embed.1 1024x2048`,
  },
];
