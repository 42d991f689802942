import type { ModuleList } from '../moduleList';

/** Made from the module lists of diffusers 0.42.1. */
export const ovis: readonly ModuleList[] = [
  {
    modules: `
timestep_embedder.linear_1 3072x256
timestep_embedder.linear_2 3072x3072
context_embedder_norm 2048
txt_in 3072x2048 context_embedder
img_in 3072x64 x_embedder
double_blocks.0-5.img_mod.lin 18432x3072 transformer_blocks.*.norm1.linear
double_blocks.0-5.txt_mod.lin 18432x3072 transformer_blocks.*.norm1_context.linear
double_blocks.0-5.img_attn.norm.query_norm.scale 128 transformer_blocks.*.attn.norm_q
double_blocks.0-5.img_attn.norm.key_norm.scale 128 transformer_blocks.*.attn.norm_k
double_blocks.0-5.img_attn.qkv 9216x3072 transformer_blocks.*.attn.to_q+transformer_blocks.*.attn.to_k+transformer_blocks.*.attn.to_v
double_blocks.0-5.img_attn.proj 3072x3072 transformer_blocks.*.attn.to_out.0
double_blocks.0-5.txt_attn.norm.query_norm.scale 128 transformer_blocks.*.attn.norm_added_q
double_blocks.0-5.txt_attn.norm.key_norm.scale 128 transformer_blocks.*.attn.norm_added_k
double_blocks.0-5.txt_attn.qkv 9216x3072 transformer_blocks.*.attn.add_q_proj+transformer_blocks.*.attn.add_k_proj+transformer_blocks.*.attn.add_v_proj
double_blocks.0-5.txt_attn.proj 3072x3072 transformer_blocks.*.attn.to_add_out
double_blocks.0-5.img_mlp.gate_proj 12288x3072
double_blocks.0-5.img_mlp.up_proj 12288x3072
double_blocks.0-5.img_mlp.down_proj 3072x12288 transformer_blocks.*.ff.net.2
double_blocks.0-5.txt_mlp.gate_proj 12288x3072
double_blocks.0-5.txt_mlp.up_proj 12288x3072
double_blocks.0-5.txt_mlp.down_proj 3072x12288 transformer_blocks.*.ff_context.net.2
single_blocks.0-26.modulation.lin 9216x3072 single_transformer_blocks.*.norm.linear
single_blocks.0-26.linear1 33792x3072 single_transformer_blocks.*.attn.to_q:3072+single_transformer_blocks.*.attn.to_k:3072+single_transformer_blocks.*.attn.to_v:3072+single_transformer_blocks.*.proj_mlp:24576
single_blocks.0-26.linear2 3072x15360 single_transformer_blocks.*.proj_out
single_blocks.0-26.norm.query_norm.scale 128 single_transformer_blocks.*.attn.norm_q
single_blocks.0-26.norm.key_norm.scale 128 single_transformer_blocks.*.attn.norm_k
final_layer.adaLN_modulation.1 6144x3072 norm_out.linear
final_layer.linear 64x3072 proj_out
transformer_blocks.0-5.ff.net.0.proj 24576x3072
transformer_blocks.0-5.ff_context.net.0.proj 24576x3072`,
  },
];
