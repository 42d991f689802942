import type { ModuleList } from '../moduleList';

/** Made from the module lists of diffusers 0.42.1. */
export const ernieImage: readonly ModuleList[] = [
  {
    modules: `
x_embedder.proj 4096x128x1x1
text_proj 4096x3072
time_embedding.linear_1 4096x4096
time_embedding.linear_2 4096x4096
adaLN_modulation.1 24576x4096
layers.0-35.adaLN_sa_ln 4096
layers.0-35.self_attention.to_q 4096x4096
layers.0-35.self_attention.to_k 4096x4096
layers.0-35.self_attention.to_v 4096x4096
layers.0-35.self_attention.norm_q 128
layers.0-35.self_attention.norm_k 128
layers.0-35.self_attention.to_out.0 4096x4096
layers.0-35.adaLN_mlp_ln 4096
layers.0-35.mlp.gate_proj 12288x4096
layers.0-35.mlp.up_proj 12288x4096
layers.0-35.mlp.linear_fc2 4096x12288
final_norm.linear 8192x4096
final_linear 128x4096`,
  },
];
