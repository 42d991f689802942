import type { ModuleList } from '../moduleList';

/** Made from the module lists of diffusers 0.42.1. */
export const sana: readonly ModuleList[] = [
  {
    variant: '1600m',
    modules: `
scale_shift_table 2x2240
patch_embed.proj 2240x32x1x1
time_embed.emb.timestep_embedder.linear_1 2240x256
time_embed.emb.timestep_embedder.linear_2 2240x2240
time_embed.linear 13440x2240
caption_projection.linear_1 2240x2304
caption_projection.linear_2 2240x2240
caption_norm 2240
transformer_blocks.0-19.scale_shift_table 6x2240
transformer_blocks.0-19.attn1.to_q 2240x2240
transformer_blocks.0-19.attn1.to_k 2240x2240
transformer_blocks.0-19.attn1.to_v 2240x2240
transformer_blocks.0-19.attn1.to_out.0 2240x2240
transformer_blocks.0-19.attn2.to_q 2240x2240
transformer_blocks.0-19.attn2.to_k 2240x2240
transformer_blocks.0-19.attn2.to_v 2240x2240
transformer_blocks.0-19.attn2.to_out.0 2240x2240
transformer_blocks.0-19.ff.conv_inverted 11200x2240x1x1
transformer_blocks.0-19.ff.conv_depth 11200x1x3x3
transformer_blocks.0-19.ff.conv_point 2240x5600x1x1
proj_out 32x2240`,
  },
  {
    variant: '600m',
    modules: `
scale_shift_table 2x1152
patch_embed.proj 1152x32x1x1
time_embed.emb.timestep_embedder.linear_1 1152x256
time_embed.emb.timestep_embedder.linear_2 1152x1152
time_embed.linear 6912x1152
caption_projection.linear_1 1152x2304
caption_projection.linear_2 1152x1152
caption_norm 1152
transformer_blocks.0-27.scale_shift_table 6x1152
transformer_blocks.0-27.attn1.to_q 1152x1152
transformer_blocks.0-27.attn1.to_k 1152x1152
transformer_blocks.0-27.attn1.to_v 1152x1152
transformer_blocks.0-27.attn1.to_out.0 1152x1152
transformer_blocks.0-27.attn2.to_q 1152x1152
transformer_blocks.0-27.attn2.to_k 1152x1152
transformer_blocks.0-27.attn2.to_v 1152x1152
transformer_blocks.0-27.attn2.to_out.0 1152x1152
transformer_blocks.0-27.ff.conv_inverted 5760x1152x1x1
transformer_blocks.0-27.ff.conv_depth 5760x1x3x3
transformer_blocks.0-27.ff.conv_point 1152x2880x1x1
proj_out 32x1152`,
  },
  {
    variant: 'sprint-1600m',
    extends: '1600m',
    modules: `
time_embed.timestep_embedder.linear_1 2240x256
time_embed.timestep_embedder.linear_2 2240x2240
time_embed.guidance_embedder.linear_1 2240x256
time_embed.guidance_embedder.linear_2 2240x2240
transformer_blocks.0-19.attn1.norm_q 2240
transformer_blocks.0-19.attn1.norm_k 2240
transformer_blocks.0-19.attn2.norm_q 2240
transformer_blocks.0-19.attn2.norm_k 2240`,
  },
  {
    variant: '4800m',
    modules: `
scale_shift_table 2x2240
patch_embed.proj 2240x32x1x1
time_embed.emb.timestep_embedder.linear_1 2240x256
time_embed.emb.timestep_embedder.linear_2 2240x2240
time_embed.linear 13440x2240
caption_projection.linear_1 2240x2304
caption_projection.linear_2 2240x2240
caption_norm 2240
transformer_blocks.0-59.scale_shift_table 6x2240
transformer_blocks.0-59.attn1.to_q 2240x2240
transformer_blocks.0-59.attn1.to_k 2240x2240
transformer_blocks.0-59.attn1.to_v 2240x2240
transformer_blocks.0-59.attn1.to_out.0 2240x2240
transformer_blocks.0-59.attn2.to_q 2240x2240
transformer_blocks.0-59.attn2.to_k 2240x2240
transformer_blocks.0-59.attn2.to_v 2240x2240
transformer_blocks.0-59.attn2.to_out.0 2240x2240
transformer_blocks.0-59.ff.conv_inverted 11200x2240x1x1
transformer_blocks.0-59.ff.conv_depth 11200x1x3x3
transformer_blocks.0-59.ff.conv_point 2240x5600x1x1
proj_out 32x2240`,
  },
];
