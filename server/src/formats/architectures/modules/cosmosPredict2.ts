import type { ModuleList } from '../moduleList';

/** Made from the module lists of ComfyUI a125cd84 and diffusers 0.42.1. */
export const cosmosPredict2: readonly ModuleList[] = [
  {
    variant: '2b',
    modules: `
t_embedder.1.linear_1 2048x2048 time_embed.t_embedder.linear_1
t_embedder.1.linear_2 6144x2048 time_embed.t_embedder.linear_2
x_embedder.proj.1 2048x68 patch_embed.proj
blocks.0-27.self_attn.q_proj 2048x2048 transformer_blocks.*.attn1.to_q
blocks.0-27.self_attn.q_norm 128 transformer_blocks.*.attn1.norm_q
blocks.0-27.self_attn.k_proj 2048x2048 transformer_blocks.*.attn1.to_k
blocks.0-27.self_attn.k_norm 128 transformer_blocks.*.attn1.norm_k
blocks.0-27.self_attn.v_proj 2048x2048 transformer_blocks.*.attn1.to_v
blocks.0-27.self_attn.output_proj 2048x2048 transformer_blocks.*.attn1.to_out.0
blocks.0-27.cross_attn.q_proj 2048x2048 transformer_blocks.*.attn2.to_q
blocks.0-27.cross_attn.q_norm 128 transformer_blocks.*.attn2.norm_q
blocks.0-27.cross_attn.k_proj 2048x1024 transformer_blocks.*.attn2.to_k
blocks.0-27.cross_attn.k_norm 128 transformer_blocks.*.attn2.norm_k
blocks.0-27.cross_attn.v_proj 2048x1024 transformer_blocks.*.attn2.to_v
blocks.0-27.cross_attn.output_proj 2048x2048 transformer_blocks.*.attn2.to_out.0
blocks.0-27.mlp.layer1 8192x2048 transformer_blocks.*.ff.net.0.proj
blocks.0-27.mlp.layer2 2048x8192 transformer_blocks.*.ff.net.2
blocks.0-27.adaln_modulation_self_attn.1 256x2048 transformer_blocks.*.norm1.linear_1
blocks.0-27.adaln_modulation_self_attn.2 6144x256 transformer_blocks.*.norm1.linear_2
blocks.0-27.adaln_modulation_cross_attn.1 256x2048 transformer_blocks.*.norm2.linear_1
blocks.0-27.adaln_modulation_cross_attn.2 6144x256 transformer_blocks.*.norm2.linear_2
blocks.0-27.adaln_modulation_mlp.1 256x2048 transformer_blocks.*.norm3.linear_1
blocks.0-27.adaln_modulation_mlp.2 6144x256 transformer_blocks.*.norm3.linear_2
final_layer.linear 64x2048 proj_out
final_layer.adaln_modulation.1 256x2048 norm_out.linear_1
final_layer.adaln_modulation.2 4096x256 norm_out.linear_2
t_embedding_norm 2048 time_embed.norm`,
  },
  {
    variant: '14b',
    modules: `
t_embedder.1.linear_1 5120x5120 time_embed.t_embedder.linear_1
t_embedder.1.linear_2 15360x5120 time_embed.t_embedder.linear_2
x_embedder.proj.1 5120x68 patch_embed.proj
blocks.0-35.self_attn.q_proj 5120x5120 transformer_blocks.*.attn1.to_q
blocks.0-35.self_attn.q_norm 128 transformer_blocks.*.attn1.norm_q
blocks.0-35.self_attn.k_proj 5120x5120 transformer_blocks.*.attn1.to_k
blocks.0-35.self_attn.k_norm 128 transformer_blocks.*.attn1.norm_k
blocks.0-35.self_attn.v_proj 5120x5120 transformer_blocks.*.attn1.to_v
blocks.0-35.self_attn.output_proj 5120x5120 transformer_blocks.*.attn1.to_out.0
blocks.0-35.cross_attn.q_proj 5120x5120 transformer_blocks.*.attn2.to_q
blocks.0-35.cross_attn.q_norm 128 transformer_blocks.*.attn2.norm_q
blocks.0-35.cross_attn.k_proj 5120x1024 transformer_blocks.*.attn2.to_k
blocks.0-35.cross_attn.k_norm 128 transformer_blocks.*.attn2.norm_k
blocks.0-35.cross_attn.v_proj 5120x1024 transformer_blocks.*.attn2.to_v
blocks.0-35.cross_attn.output_proj 5120x5120 transformer_blocks.*.attn2.to_out.0
blocks.0-35.mlp.layer1 20480x5120 transformer_blocks.*.ff.net.0.proj
blocks.0-35.mlp.layer2 5120x20480 transformer_blocks.*.ff.net.2
blocks.0-35.adaln_modulation_self_attn.1 256x5120 transformer_blocks.*.norm1.linear_1
blocks.0-35.adaln_modulation_self_attn.2 15360x256 transformer_blocks.*.norm1.linear_2
blocks.0-35.adaln_modulation_cross_attn.1 256x5120 transformer_blocks.*.norm2.linear_1
blocks.0-35.adaln_modulation_cross_attn.2 15360x256 transformer_blocks.*.norm2.linear_2
blocks.0-35.adaln_modulation_mlp.1 256x5120 transformer_blocks.*.norm3.linear_1
blocks.0-35.adaln_modulation_mlp.2 15360x256 transformer_blocks.*.norm3.linear_2
final_layer.linear 64x5120 proj_out
final_layer.adaln_modulation.1 256x5120 norm_out.linear_1
final_layer.adaln_modulation.2 10240x256 norm_out.linear_2
t_embedding_norm 5120 time_embed.norm`,
  },
];
