import type { ModuleList } from '../moduleList';

/** Made from the module lists of ComfyUI a125cd84 and diffusers 0.42.1. */
export const mochi: readonly ModuleList[] = [
  {
    modules: `
pos_frequencies 3x24x64
patch_embed.proj 3072x12x2x2
time_embed.timestep_embedder.linear_1 3072x256
time_embed.timestep_embedder.linear_2 3072x3072
time_embed.pooler.to_kv 8192x4096
time_embed.pooler.to_q 4096x4096
time_embed.pooler.to_out 3072x4096
time_embed.caption_proj 1536x4096
transformer_blocks.0-47.norm1.linear 12288x3072
transformer_blocks.0-46.norm1_context.linear 6144x3072
transformer_blocks.0-47.attn1.norm_q 128
transformer_blocks.0-47.attn1.norm_k 128
transformer_blocks.0-47.attn1.norm_added_q 128
transformer_blocks.0-47.attn1.norm_added_k 128
transformer_blocks.0-47.attn1.to_q 3072x3072
transformer_blocks.0-47.attn1.to_k 3072x3072
transformer_blocks.0-47.attn1.to_v 3072x3072
transformer_blocks.0-47.attn1.add_k_proj 3072x1536
transformer_blocks.0-47.attn1.add_v_proj 3072x1536
transformer_blocks.0-47.attn1.add_q_proj 3072x1536
transformer_blocks.0-47.attn1.to_out.0 3072x3072
transformer_blocks.0-46.attn1.to_add_out 1536x3072
transformer_blocks.0-47.ff.net.0.proj 16384x3072
transformer_blocks.0-47.ff.net.2 3072x8192
transformer_blocks.0-46.ff_context.net.0.proj 8192x1536
transformer_blocks.0-46.ff_context.net.2 1536x4096
transformer_blocks.47.norm1_context.linear_1 1536x3072
norm_out.linear 6144x3072
proj_out 48x3072`,
  },
];
