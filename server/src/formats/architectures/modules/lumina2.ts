import type { ModuleList } from '../moduleList';

/** Made from the module lists of ComfyUI a125cd84 and diffusers 0.42.1. */
export const lumina2: readonly ModuleList[] = [
  {
    modules: `
x_embedder 2304x64
noise_refiner.0-1.attention.qkv 3840x2304 noise_refiner.*.attn.to_q:2304+noise_refiner.*.attn.to_k:768+noise_refiner.*.attn.to_v:768
noise_refiner.0-1.attention.out 2304x2304 noise_refiner.*.attn.to_out.0
noise_refiner.0-1.attention.q_norm 96 noise_refiner.*.attn.norm_q
noise_refiner.0-1.attention.k_norm 96 noise_refiner.*.attn.norm_k
noise_refiner.0-1.feed_forward.w1 9216x2304 noise_refiner.*.feed_forward.linear_1
noise_refiner.0-1.feed_forward.w2 2304x9216 noise_refiner.*.feed_forward.linear_2
noise_refiner.0-1.feed_forward.w3 9216x2304 noise_refiner.*.feed_forward.linear_3
noise_refiner.0-1.attention_norm1 2304 noise_refiner.*.norm1.norm
noise_refiner.0-1.ffn_norm1 2304
noise_refiner.0-1.attention_norm2 2304 noise_refiner.*.norm2
noise_refiner.0-1.ffn_norm2 2304
noise_refiner.0-1.adaLN_modulation.1 9216x1024 noise_refiner.*.norm1.linear
context_refiner.0-1.attention.qkv 3840x2304 context_refiner.*.attn.to_q:2304+context_refiner.*.attn.to_k:768+context_refiner.*.attn.to_v:768
context_refiner.0-1.attention.out 2304x2304 context_refiner.*.attn.to_out.0
context_refiner.0-1.attention.q_norm 96 context_refiner.*.attn.norm_q
context_refiner.0-1.attention.k_norm 96 context_refiner.*.attn.norm_k
context_refiner.0-1.feed_forward.w1 9216x2304 context_refiner.*.feed_forward.linear_1
context_refiner.0-1.feed_forward.w2 2304x9216 context_refiner.*.feed_forward.linear_2
context_refiner.0-1.feed_forward.w3 9216x2304 context_refiner.*.feed_forward.linear_3
context_refiner.0-1.attention_norm1 2304 context_refiner.*.norm1
context_refiner.0-1.ffn_norm1 2304
context_refiner.0-1.attention_norm2 2304 context_refiner.*.norm2
context_refiner.0-1.ffn_norm2 2304
t_embedder.mlp.0 1024x256 time_caption_embed.timestep_embedder.linear_1
t_embedder.mlp.2 1024x1024 time_caption_embed.timestep_embedder.linear_2
cap_embedder.0 2304 time_caption_embed.caption_embedder.*
cap_embedder.1 2304x2304 time_caption_embed.caption_embedder.*
layers.0-25.attention.qkv 3840x2304 layers.*.attn.to_q:2304+layers.*.attn.to_k:768+layers.*.attn.to_v:768
layers.0-25.attention.out 2304x2304 layers.*.attn.to_out.0
layers.0-25.attention.q_norm 96 layers.*.attn.norm_q
layers.0-25.attention.k_norm 96 layers.*.attn.norm_k
layers.0-25.feed_forward.w1 9216x2304 layers.*.feed_forward.linear_1
layers.0-25.feed_forward.w2 2304x9216 layers.*.feed_forward.linear_2
layers.0-25.feed_forward.w3 9216x2304 layers.*.feed_forward.linear_3
layers.0-25.attention_norm1 2304 layers.*.norm1.norm
layers.0-25.ffn_norm1 2304
layers.0-25.attention_norm2 2304 layers.*.norm2
layers.0-25.ffn_norm2 2304
layers.0-25.adaLN_modulation.1 9216x1024 layers.*.norm1.linear
norm_final 2304
final_layer.linear 64x2304 norm_out.linear_2
final_layer.adaLN_modulation.1 2304x1024 norm_out.linear_1`,
  },
];
