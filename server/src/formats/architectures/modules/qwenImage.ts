import type { ModuleList } from '../moduleList';

/** Made from the module lists of ComfyUI a125cd84 and diffusers 0.42.1. */
export const qwenImage: readonly ModuleList[] = [
  {
    modules: `
time_text_embed.timestep_embedder.linear_1 3072x256
time_text_embed.timestep_embedder.linear_2 3072x3072
txt_norm 3584
img_in 3072x64
txt_in 3072x3584
transformer_blocks.0-59.img_mod.1 18432x3072
transformer_blocks.0-59.img_mlp.net.0.proj 12288x3072
transformer_blocks.0-59.img_mlp.net.2 3072x12288
transformer_blocks.0-59.txt_mod.1 18432x3072
transformer_blocks.0-59.txt_mlp.net.0.proj 12288x3072
transformer_blocks.0-59.txt_mlp.net.2 3072x12288
transformer_blocks.0-59.attn.norm_q 128
transformer_blocks.0-59.attn.norm_k 128
transformer_blocks.0-59.attn.norm_added_q 128
transformer_blocks.0-59.attn.norm_added_k 128
transformer_blocks.0-59.attn.to_q 3072x3072
transformer_blocks.0-59.attn.to_k 3072x3072
transformer_blocks.0-59.attn.to_v 3072x3072
transformer_blocks.0-59.attn.add_q_proj 3072x3072
transformer_blocks.0-59.attn.add_k_proj 3072x3072
transformer_blocks.0-59.attn.add_v_proj 3072x3072
transformer_blocks.0-59.attn.to_out.0 3072x3072
transformer_blocks.0-59.attn.to_add_out 3072x3072
norm_out.linear 6144x3072
proj_out 64x3072`,
  },
];
