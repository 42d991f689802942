import type { ModuleList } from '../moduleList';

/** Made from the module lists of ComfyUI a125cd84 and diffusers 0.42.1. */
export const pixartSigma: readonly ModuleList[] = [
  {
    modules: `
t_block.1 6912x1152 adaln_single.linear
x_embedder.proj 1152x4x2x2 pos_embed.proj
t_embedder.mlp.0 1152x256 adaln_single.emb.timestep_embedder.linear_1
t_embedder.mlp.2 1152x1152 adaln_single.emb.timestep_embedder.linear_2
y_embedder.y_embedding 300x4096
y_embedder.y_proj.fc1 1152x4096 caption_projection.linear_1
y_embedder.y_proj.fc2 1152x1152 caption_projection.linear_2
blocks.0-27.scale_shift_table 6x1152 transformer_blocks.*.scale_shift_table
blocks.0-27.attn.qkv 3456x1152 transformer_blocks.*.attn1.to_q+transformer_blocks.*.attn1.to_k+transformer_blocks.*.attn1.to_v
blocks.0-27.attn.proj 1152x1152 transformer_blocks.*.attn1.to_out.0
blocks.0-27.cross_attn.q_linear 1152x1152 transformer_blocks.*.attn2.to_q
blocks.0-27.cross_attn.kv_linear 2304x1152 transformer_blocks.*.attn2.to_k+transformer_blocks.*.attn2.to_v
blocks.0-27.cross_attn.proj 1152x1152 transformer_blocks.*.attn2.to_out.0
blocks.0-27.mlp.fc1 4608x1152 transformer_blocks.*.ff.net.0.proj
blocks.0-27.mlp.fc2 1152x4608 transformer_blocks.*.ff.net.2
final_layer.scale_shift_table 2x1152 scale_shift_table
final_layer.linear 32x1152 proj_out`,
  },
];
