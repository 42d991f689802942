import type { ModuleList } from '../moduleList';

/** Made from the module lists of ComfyUI a125cd84 and diffusers 0.42.1. */
export const auraflow: readonly ModuleList[] = [
  {
    modules: `
positional_encoding 1x9216x3072 pos_embed.pos_embed
register_tokens 1x8x3072
t_embedder.mlp.0 3072x256 time_step_proj.linear_1
t_embedder.mlp.2 3072x3072 time_step_proj.linear_2
cond_seq_linear 3072x2048 context_embedder
init_x_linear 3072x16 pos_embed.proj
double_layers.0-3.mlpC.c_fc1 8192x3072 joint_transformer_blocks.*.ff_context.linear_1
double_layers.0-3.mlpC.c_fc2 8192x3072 joint_transformer_blocks.*.ff_context.linear_2
double_layers.0-3.mlpC.c_proj 3072x8192 joint_transformer_blocks.*.ff_context.out_projection
double_layers.0-3.modC.1 18432x3072 joint_transformer_blocks.*.norm1_context.linear
double_layers.0-3.mlpX.c_fc1 8192x3072 joint_transformer_blocks.*.ff.linear_1
double_layers.0-3.mlpX.c_fc2 8192x3072 joint_transformer_blocks.*.ff.linear_2
double_layers.0-3.mlpX.c_proj 3072x8192 joint_transformer_blocks.*.ff.out_projection
double_layers.0-3.modX.1 18432x3072 joint_transformer_blocks.*.norm1.linear
double_layers.0-3.attn.w1q 3072x3072 joint_transformer_blocks.*.attn.add_q_proj
double_layers.0-3.attn.w1k 3072x3072 joint_transformer_blocks.*.attn.add_k_proj
double_layers.0-3.attn.w1v 3072x3072 joint_transformer_blocks.*.attn.add_v_proj
double_layers.0-3.attn.w1o 3072x3072 joint_transformer_blocks.*.attn.to_add_out
double_layers.0-3.attn.w2q 3072x3072 joint_transformer_blocks.*.attn.to_q
double_layers.0-3.attn.w2k 3072x3072 joint_transformer_blocks.*.attn.to_k
double_layers.0-3.attn.w2v 3072x3072 joint_transformer_blocks.*.attn.to_v
double_layers.0-3.attn.w2o 3072x3072 joint_transformer_blocks.*.attn.to_out.0
single_layers.0-31.modCX.1 18432x3072 single_transformer_blocks.*.norm1.linear
single_layers.0-31.attn.w1q 3072x3072 single_transformer_blocks.*.attn.to_q
single_layers.0-31.attn.w1k 3072x3072 single_transformer_blocks.*.attn.to_k
single_layers.0-31.attn.w1v 3072x3072 single_transformer_blocks.*.attn.to_v
single_layers.0-31.attn.w1o 3072x3072 single_transformer_blocks.*.attn.to_out.0
single_layers.0-31.mlp.c_fc1 8192x3072 single_transformer_blocks.*.ff.linear_1
single_layers.0-31.mlp.c_fc2 8192x3072 single_transformer_blocks.*.ff.linear_2
single_layers.0-31.mlp.c_proj 3072x8192 single_transformer_blocks.*.ff.out_projection
final_linear 16x3072 proj_out
modF.1 6144x3072 norm_out.linear`,
  },
];
