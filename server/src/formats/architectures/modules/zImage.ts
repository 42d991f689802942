import type { ModuleList } from '../moduleList';

/** Made from the module lists of ComfyUI a125cd84 and diffusers 0.42.1 and musubi-tuner 30c658c. */
export const zImage: readonly ModuleList[] = [
  {
    modules: `
x_embedder 3840x64 all_x_embedder.2-1
noise_refiner.0-1.attention.qkv 11520x3840 noise_refiner.*.attention.to_q+noise_refiner.*.attention.to_k+noise_refiner.*.attention.to_v
noise_refiner.0-1.attention.out 3840x3840 noise_refiner.*.attention.to_out.0
noise_refiner.0-1.attention.q_norm 128 noise_refiner.*.attention.norm_q
noise_refiner.0-1.attention.k_norm 128 noise_refiner.*.attention.norm_k
noise_refiner.0-1.feed_forward.w1 10240x3840
noise_refiner.0-1.feed_forward.w2 3840x10240
noise_refiner.0-1.feed_forward.w3 10240x3840
noise_refiner.0-1.attention_norm1 3840
noise_refiner.0-1.ffn_norm1 3840
noise_refiner.0-1.attention_norm2 3840
noise_refiner.0-1.ffn_norm2 3840
noise_refiner.0-1.adaLN_modulation.0 15360x256
context_refiner.0-1.attention.qkv 11520x3840 context_refiner.*.attention.to_q+context_refiner.*.attention.to_k+context_refiner.*.attention.to_v
context_refiner.0-1.attention.out 3840x3840 context_refiner.*.attention.to_out.0
context_refiner.0-1.attention.q_norm 128 context_refiner.*.attention.norm_q
context_refiner.0-1.attention.k_norm 128 context_refiner.*.attention.norm_k
context_refiner.0-1.feed_forward.w1 10240x3840
context_refiner.0-1.feed_forward.w2 3840x10240
context_refiner.0-1.feed_forward.w3 10240x3840
context_refiner.0-1.attention_norm1 3840
context_refiner.0-1.ffn_norm1 3840
context_refiner.0-1.attention_norm2 3840
context_refiner.0-1.ffn_norm2 3840
t_embedder.mlp.0 1024x256
t_embedder.mlp.2 256x1024
cap_embedder.0 2560
cap_embedder.1 3840x2560
layers.0-29.attention.qkv 11520x3840 layers.*.attention.to_q+layers.*.attention.to_k+layers.*.attention.to_v
layers.0-29.attention.out 3840x3840 layers.*.attention.to_out.0
layers.0-29.attention.q_norm 128 layers.*.attention.norm_q
layers.0-29.attention.k_norm 128 layers.*.attention.norm_k
layers.0-29.feed_forward.w1 10240x3840
layers.0-29.feed_forward.w2 3840x10240
layers.0-29.feed_forward.w3 10240x3840
layers.0-29.attention_norm1 3840
layers.0-29.ffn_norm1 3840
layers.0-29.attention_norm2 3840
layers.0-29.ffn_norm2 3840
layers.0-29.adaLN_modulation.0 15360x256
final_layer.linear 64x3840 all_final_layer.2-1.linear
final_layer.adaLN_modulation.1 3840x256 all_final_layer.2-1.adaLN_modulation.*
x_pad_token 1x3840
cap_pad_token 1x3840`,
  },
];
