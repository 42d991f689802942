import type { ModuleList } from '../moduleList';

/** Made from the module lists of diffusers 0.42.1. */
export const bria: readonly ModuleList[] = [
  {
    modules: `
time_embed.timestep_embedder.linear_1 3072x256
time_embed.timestep_embedder.linear_2 3072x3072
context_embedder 3072x4096
x_embedder 3072x64
transformer_blocks.0-18.norm1.linear 18432x3072
transformer_blocks.0-18.norm1_context.linear 18432x3072
transformer_blocks.0-18.attn.norm_q 128
transformer_blocks.0-18.attn.norm_k 128
transformer_blocks.0-18.attn.to_q 3072x3072
transformer_blocks.0-18.attn.to_k 3072x3072
transformer_blocks.0-18.attn.to_v 3072x3072
transformer_blocks.0-18.attn.to_out.0 3072x3072
transformer_blocks.0-18.attn.norm_added_q 128
transformer_blocks.0-18.attn.norm_added_k 128
transformer_blocks.0-18.attn.add_q_proj 3072x3072
transformer_blocks.0-18.attn.add_k_proj 3072x3072
transformer_blocks.0-18.attn.add_v_proj 3072x3072
transformer_blocks.0-18.attn.to_add_out 3072x3072
transformer_blocks.0-18.ff.net.0.proj 12288x3072
transformer_blocks.0-18.ff.net.2 3072x12288
transformer_blocks.0-18.ff_context.net.0.proj 12288x3072
transformer_blocks.0-18.ff_context.net.2 3072x12288
single_transformer_blocks.0-37.norm.linear 9216x3072
single_transformer_blocks.0-37.proj_mlp 12288x3072
single_transformer_blocks.0-37.proj_out 3072x15360
single_transformer_blocks.0-37.attn.norm_q 128
single_transformer_blocks.0-37.attn.norm_k 128
single_transformer_blocks.0-37.attn.to_q 3072x3072
single_transformer_blocks.0-37.attn.to_k 3072x3072
single_transformer_blocks.0-37.attn.to_v 3072x3072
norm_out.linear 6144x3072
proj_out 64x3072`,
  },
];
