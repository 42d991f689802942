import type { ModuleList } from '../moduleList';

/** Made from the module lists of ComfyUI a125cd84 and diffusers 0.42.1. */
export const sd35Large: readonly ModuleList[] = [
  {
    modules: `
pos_embed 1x36864x2432 pos_embed.pos_embed
x_embedder.proj 2432x16x2x2 pos_embed.proj
t_embedder.mlp.0 2432x256 time_text_embed.timestep_embedder.linear_1
t_embedder.mlp.2 2432x2432 time_text_embed.timestep_embedder.linear_2
y_embedder.mlp.0 2432x2048 time_text_embed.text_embedder.linear_1
y_embedder.mlp.2 2432x2432 time_text_embed.text_embedder.linear_2
context_embedder 2432x4096
joint_blocks.0-37.context_block.attn.qkv 7296x2432 transformer_blocks.*.attn.add_q_proj+transformer_blocks.*.attn.add_k_proj+transformer_blocks.*.attn.add_v_proj
joint_blocks.0-36.context_block.attn.proj 2432x2432 transformer_blocks.*.attn.to_add_out
joint_blocks.0-37.context_block.attn.ln_q 64 transformer_blocks.*.attn.norm_added_q
joint_blocks.0-37.context_block.attn.ln_k 64 transformer_blocks.*.attn.norm_added_k
joint_blocks.0-36.context_block.mlp.fc1 9728x2432 transformer_blocks.*.ff_context.net.0.proj
joint_blocks.0-36.context_block.mlp.fc2 2432x9728 transformer_blocks.*.ff_context.net.2
joint_blocks.0-36.context_block.adaLN_modulation.1 14592x2432 transformer_blocks.*.norm1_context.linear
joint_blocks.0-37.x_block.attn.qkv 7296x2432 transformer_blocks.*.attn.to_q+transformer_blocks.*.attn.to_k+transformer_blocks.*.attn.to_v
joint_blocks.0-37.x_block.attn.proj 2432x2432 transformer_blocks.*.attn.to_out.0
joint_blocks.0-37.x_block.attn.ln_q 64 transformer_blocks.*.attn.norm_q
joint_blocks.0-37.x_block.attn.ln_k 64 transformer_blocks.*.attn.norm_k
joint_blocks.0-37.x_block.mlp.fc1 9728x2432 transformer_blocks.*.ff.net.0.proj
joint_blocks.0-37.x_block.mlp.fc2 2432x9728 transformer_blocks.*.ff.net.2
joint_blocks.0-37.x_block.adaLN_modulation.1 14592x2432 transformer_blocks.*.norm1.linear
joint_blocks.37.context_block.adaLN_modulation.1 4864x2432 transformer_blocks.*.norm1_context.linear
final_layer.linear 64x2432 proj_out
final_layer.adaLN_modulation.1 4864x2432 norm_out.linear`,
  },
];
