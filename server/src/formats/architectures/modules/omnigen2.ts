import type { ModuleList } from '../moduleList';

/** Made from the module lists of ComfyUI a125cd84. */
export const omnigen2: readonly ModuleList[] = [
  {
    modules: `
image_index_embedding 5x2520
x_embedder 2520x64
ref_image_patch_embedder 2520x64
time_caption_embed.timestep_embedder.linear_1 1024x256
time_caption_embed.timestep_embedder.linear_2 1024x1024
time_caption_embed.caption_embedder.0 2048
time_caption_embed.caption_embedder.1 2520x2048
noise_refiner.0-1.attn.to_q 2520x2520
noise_refiner.0-1.attn.to_k 840x2520
noise_refiner.0-1.attn.to_v 840x2520
noise_refiner.0-1.attn.norm_q 120
noise_refiner.0-1.attn.norm_k 120
noise_refiner.0-1.attn.to_out.0 2520x2520
noise_refiner.0-1.feed_forward.linear_1 10240x2520
noise_refiner.0-1.feed_forward.linear_2 2520x10240
noise_refiner.0-1.feed_forward.linear_3 10240x2520
noise_refiner.0-1.norm1.linear 10080x1024
noise_refiner.0-1.norm1.norm 2520
noise_refiner.0-1.ffn_norm1 2520
noise_refiner.0-1.norm2 2520
noise_refiner.0-1.ffn_norm2 2520
ref_image_refiner.0-1.attn.to_q 2520x2520
ref_image_refiner.0-1.attn.to_k 840x2520
ref_image_refiner.0-1.attn.to_v 840x2520
ref_image_refiner.0-1.attn.norm_q 120
ref_image_refiner.0-1.attn.norm_k 120
ref_image_refiner.0-1.attn.to_out.0 2520x2520
ref_image_refiner.0-1.feed_forward.linear_1 10240x2520
ref_image_refiner.0-1.feed_forward.linear_2 2520x10240
ref_image_refiner.0-1.feed_forward.linear_3 10240x2520
ref_image_refiner.0-1.norm1.linear 10080x1024
ref_image_refiner.0-1.norm1.norm 2520
ref_image_refiner.0-1.ffn_norm1 2520
ref_image_refiner.0-1.norm2 2520
ref_image_refiner.0-1.ffn_norm2 2520
context_refiner.0-1.attn.to_q 2520x2520
context_refiner.0-1.attn.to_k 840x2520
context_refiner.0-1.attn.to_v 840x2520
context_refiner.0-1.attn.norm_q 120
context_refiner.0-1.attn.norm_k 120
context_refiner.0-1.attn.to_out.0 2520x2520
context_refiner.0-1.feed_forward.linear_1 10240x2520
context_refiner.0-1.feed_forward.linear_2 2520x10240
context_refiner.0-1.feed_forward.linear_3 10240x2520
context_refiner.0-1.norm1 2520
context_refiner.0-1.ffn_norm1 2520
context_refiner.0-1.norm2 2520
context_refiner.0-1.ffn_norm2 2520
layers.0-31.attn.to_q 2520x2520
layers.0-31.attn.to_k 840x2520
layers.0-31.attn.to_v 840x2520
layers.0-31.attn.norm_q 120
layers.0-31.attn.norm_k 120
layers.0-31.attn.to_out.0 2520x2520
layers.0-31.feed_forward.linear_1 10240x2520
layers.0-31.feed_forward.linear_2 2520x10240
layers.0-31.feed_forward.linear_3 10240x2520
layers.0-31.norm1.linear 10080x1024
layers.0-31.norm1.norm 2520
layers.0-31.ffn_norm1 2520
layers.0-31.norm2 2520
layers.0-31.ffn_norm2 2520
norm_out.linear_1 2520x1024
norm_out.linear_2 64x2520`,
  },
];
