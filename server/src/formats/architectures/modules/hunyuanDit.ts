import type { ModuleList } from '../moduleList';

/** Made from the module lists of ComfyUI a125cd84 and diffusers 0.42.1. */
export const hunyuanDit: readonly ModuleList[] = [
  {
    modules: `
text_embedding_padding 333x1024
mlp_t5.0 8192x2048 text_embedder.linear_1
mlp_t5.2 1024x8192 text_embedder.linear_2
pooler.positional_embedding 257x2048
pooler.k_proj 2048x2048
pooler.q_proj 2048x2048
pooler.v_proj 2048x2048
pooler.c_proj 1024x2048
x_embedder.proj 1408x4x2x2 pos_embed.proj
t_embedder.mlp.0 1408x256
t_embedder.mlp.2 1408x1408
extra_embedder.0 5632x1024
extra_embedder.2 1408x5632
blocks.0-39.norm1 1408 blocks.*.norm1.norm
blocks.0-39.attn1.Wqkv 4224x1408 blocks.*.attn1.to_q+blocks.*.attn1.to_k+blocks.*.attn1.to_v
blocks.0-39.attn1.q_norm 88 blocks.*.attn1.norm_q
blocks.0-39.attn1.k_norm 88 blocks.*.attn1.norm_k
blocks.0-39.attn1.out_proj 1408x1408 blocks.*.attn1.to_out.0
blocks.0-39.norm2 1408 blocks.*.norm3
blocks.0-39.mlp.fc1 6144x1408 blocks.*.ff.net.0.proj
blocks.0-39.mlp.fc2 1408x6144 blocks.*.ff.net.2
blocks.0-39.default_modulation.1 1408x1408 blocks.*.norm1.linear
blocks.0-39.attn2.q_proj 1408x1408 blocks.*.attn2.to_q
blocks.0-39.attn2.kv_proj 2816x1024 blocks.*.attn2.to_k+blocks.*.attn2.to_v
blocks.0-39.attn2.q_norm 88 blocks.*.attn2.norm_q
blocks.0-39.attn2.k_norm 88 blocks.*.attn2.norm_k
blocks.0-39.attn2.out_proj 1408x1408 blocks.*.attn2.to_out.0
blocks.0-39.norm3 1408 blocks.*.norm2
blocks.21-39.skip_norm 2816
blocks.21-39.skip_linear 1408x2816
final_layer.linear 32x1408 proj_out
final_layer.adaLN_modulation.1 2816x1408 norm_out.linear
time_extra_emb.timestep_embedder.linear_1 1408x256
time_extra_emb.timestep_embedder.linear_2 1408x1408
time_extra_emb.pooler.positional_embedding 257x2048
time_extra_emb.pooler.k_proj 2048x2048
time_extra_emb.pooler.q_proj 2048x2048
time_extra_emb.pooler.v_proj 2048x2048
time_extra_emb.pooler.c_proj 1024x2048
time_extra_emb.style_embedder 1x1408
time_extra_emb.extra_embedder.linear_1 5632x3968
time_extra_emb.extra_embedder.linear_2 1408x5632`,
  },
];
