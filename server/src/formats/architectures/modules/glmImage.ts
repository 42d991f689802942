import type { ModuleList } from '../moduleList';

/** Made from the module lists of diffusers 0.42.1. */
export const glmImage: readonly ModuleList[] = [
  {
    modules: `
image_projector.proj 4096x64
glyph_projector.net.0.proj 4096x1472
glyph_projector.net.2 4096x4096
prior_token_embedding 16384x4096
prior_projector.net.0.proj 4096x4096
prior_projector.net.2 4096x4096
time_condition_embed.timestep_embedder.linear_1 512x512
time_condition_embed.timestep_embedder.linear_2 512x512
time_condition_embed.condition_embedder.linear_1 512x1024
time_condition_embed.condition_embedder.linear_2 512x512
transformer_blocks.0-29.norm1.linear 49152x512
transformer_blocks.0-29.attn1.to_q 4096x4096
transformer_blocks.0-29.attn1.to_k 4096x4096
transformer_blocks.0-29.attn1.to_v 4096x4096
transformer_blocks.0-29.attn1.to_out.0 4096x4096
transformer_blocks.0-29.ff.net.0.proj 16384x4096
transformer_blocks.0-29.ff.net.2 4096x16384
norm_out.linear 8192x512
proj_out 64x4096`,
  },
];
