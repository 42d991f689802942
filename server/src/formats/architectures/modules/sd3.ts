import type { ModuleList } from '../moduleList';

/** Made from the module lists of ComfyUI a125cd84 and diffusers 0.42.1. */
export const sd3: readonly ModuleList[] = [
  {
    modules: `
pos_embed 1x36864x1536 pos_embed.pos_embed
x_embedder.proj 1536x16x2x2 pos_embed.proj
t_embedder.mlp.0 1536x256 time_text_embed.timestep_embedder.linear_1
t_embedder.mlp.2 1536x1536 time_text_embed.timestep_embedder.linear_2
y_embedder.mlp.0 1536x2048 time_text_embed.text_embedder.linear_1
y_embedder.mlp.2 1536x1536 time_text_embed.text_embedder.linear_2
context_embedder 1536x4096
joint_blocks.0-23.context_block.attn.qkv 4608x1536 transformer_blocks.*.attn.add_q_proj+transformer_blocks.*.attn.add_k_proj+transformer_blocks.*.attn.add_v_proj
joint_blocks.0-22.context_block.attn.proj 1536x1536 transformer_blocks.*.attn.to_add_out
joint_blocks.0-22.context_block.mlp.fc1 6144x1536 transformer_blocks.*.ff_context.net.0.proj
joint_blocks.0-22.context_block.mlp.fc2 1536x6144 transformer_blocks.*.ff_context.net.2
joint_blocks.0-22.context_block.adaLN_modulation.1 9216x1536 transformer_blocks.*.norm1_context.linear
joint_blocks.0-23.x_block.attn.qkv 4608x1536 transformer_blocks.*.attn.to_q+transformer_blocks.*.attn.to_k+transformer_blocks.*.attn.to_v
joint_blocks.0-23.x_block.attn.proj 1536x1536 transformer_blocks.*.attn.to_out.0
joint_blocks.0-23.x_block.mlp.fc1 6144x1536 transformer_blocks.*.ff.net.0.proj
joint_blocks.0-23.x_block.mlp.fc2 1536x6144 transformer_blocks.*.ff.net.2
joint_blocks.0-23.x_block.adaLN_modulation.1 9216x1536 transformer_blocks.*.norm1.linear
joint_blocks.23.context_block.adaLN_modulation.1 3072x1536 transformer_blocks.*.norm1_context.linear
final_layer.linear 64x1536 proj_out
final_layer.adaLN_modulation.1 3072x1536 norm_out.linear`,
  },
];
