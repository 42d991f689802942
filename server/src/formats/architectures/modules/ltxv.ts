import type { ModuleList } from '../moduleList';

/** Made from the module lists of ComfyUI a125cd84 and diffusers 0.42.1. */
export const ltxv: readonly ModuleList[] = [
  {
    variant: '2b',
    modules: `
scale_shift_table 2x2048
patchify_proj 2048x128 proj_in
adaln_single.emb.timestep_embedder.linear_1 2048x256 time_embed.emb.timestep_embedder.linear_1
adaln_single.emb.timestep_embedder.linear_2 2048x2048 time_embed.emb.timestep_embedder.linear_2
adaln_single.linear 12288x2048 time_embed.linear
caption_projection.linear_1 2048x4096
caption_projection.linear_2 2048x2048
transformer_blocks.0-27.scale_shift_table 6x2048
transformer_blocks.0-27.attn1.q_norm 2048 transformer_blocks.*.attn1.norm_q
transformer_blocks.0-27.attn1.k_norm 2048 transformer_blocks.*.attn1.norm_k
transformer_blocks.0-27.attn1.to_q 2048x2048
transformer_blocks.0-27.attn1.to_k 2048x2048
transformer_blocks.0-27.attn1.to_v 2048x2048
transformer_blocks.0-27.attn1.to_out.0 2048x2048
transformer_blocks.0-27.ff.net.0.proj 8192x2048
transformer_blocks.0-27.ff.net.2 2048x8192
transformer_blocks.0-27.attn2.q_norm 2048 transformer_blocks.*.attn2.norm_q
transformer_blocks.0-27.attn2.k_norm 2048 transformer_blocks.*.attn2.norm_k
transformer_blocks.0-27.attn2.to_q 2048x2048
transformer_blocks.0-27.attn2.to_k 2048x2048
transformer_blocks.0-27.attn2.to_v 2048x2048
transformer_blocks.0-27.attn2.to_out.0 2048x2048
proj_out 128x2048`,
  },
  {
    variant: '13b',
    modules: `
scale_shift_table 2x4096
patchify_proj 4096x128 proj_in
adaln_single.emb.timestep_embedder.linear_1 4096x256 time_embed.emb.timestep_embedder.linear_1
adaln_single.emb.timestep_embedder.linear_2 4096x4096 time_embed.emb.timestep_embedder.linear_2
adaln_single.linear 24576x4096 time_embed.linear
caption_projection.linear_1 4096x4096
caption_projection.linear_2 4096x4096
transformer_blocks.0-47.scale_shift_table 6x4096
transformer_blocks.0-47.attn1.q_norm 4096 transformer_blocks.*.attn1.norm_q
transformer_blocks.0-47.attn1.k_norm 4096 transformer_blocks.*.attn1.norm_k
transformer_blocks.0-47.attn1.to_q 4096x4096
transformer_blocks.0-47.attn1.to_k 4096x4096
transformer_blocks.0-47.attn1.to_v 4096x4096
transformer_blocks.0-47.attn1.to_out.0 4096x4096
transformer_blocks.0-47.ff.net.0.proj 16384x4096
transformer_blocks.0-47.ff.net.2 4096x16384
transformer_blocks.0-47.attn2.q_norm 4096 transformer_blocks.*.attn2.norm_q
transformer_blocks.0-47.attn2.k_norm 4096 transformer_blocks.*.attn2.norm_k
transformer_blocks.0-47.attn2.to_q 4096x4096
transformer_blocks.0-47.attn2.to_k 4096x4096
transformer_blocks.0-47.attn2.to_v 4096x4096
transformer_blocks.0-47.attn2.to_out.0 4096x4096
proj_out 128x4096`,
  },
];
