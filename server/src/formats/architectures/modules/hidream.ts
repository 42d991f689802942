import type { ModuleList } from '../moduleList';

/** Made from the module lists of ComfyUI a125cd84 and diffusers 0.42.1. */
export const hidream: readonly ModuleList[] = [
  {
    modules: `
t_embedder.timestep_embedder.linear_1 2560x256
t_embedder.timestep_embedder.linear_2 2560x2560
p_embedder.pooled_embedder.linear_1 2560x2048
p_embedder.pooled_embedder.linear_2 2560x2560
x_embedder.proj 2560x64
double_stream_blocks.0-15.block.adaLN_modulation.1 30720x2560
double_stream_blocks.0-15.block.attn1.to_q 2560x2560
double_stream_blocks.0-15.block.attn1.to_k 2560x2560
double_stream_blocks.0-15.block.attn1.to_v 2560x2560
double_stream_blocks.0-15.block.attn1.to_out 2560x2560
double_stream_blocks.0-15.block.attn1.q_rms_norm 2560
double_stream_blocks.0-15.block.attn1.k_rms_norm 2560
double_stream_blocks.0-15.block.attn1.to_q_t 2560x2560
double_stream_blocks.0-15.block.attn1.to_k_t 2560x2560
double_stream_blocks.0-15.block.attn1.to_v_t 2560x2560
double_stream_blocks.0-15.block.attn1.to_out_t 2560x2560
double_stream_blocks.0-15.block.attn1.q_rms_norm_t 2560
double_stream_blocks.0-15.block.attn1.k_rms_norm_t 2560
double_stream_blocks.0-15.block.ff_i.shared_experts.w1 3584x2560
double_stream_blocks.0-15.block.ff_i.shared_experts.w2 2560x3584
double_stream_blocks.0-15.block.ff_i.shared_experts.w3 3584x2560
double_stream_blocks.0-15.block.ff_i.experts.0-3.w1 6912x2560
double_stream_blocks.0-15.block.ff_i.experts.0-3.w2 2560x6912
double_stream_blocks.0-15.block.ff_i.experts.0-3.w3 6912x2560
double_stream_blocks.0-15.block.ff_i.gate 4x2560
double_stream_blocks.0-15.block.ff_t.w1 6912x2560
double_stream_blocks.0-15.block.ff_t.w2 2560x6912
double_stream_blocks.0-15.block.ff_t.w3 6912x2560
single_stream_blocks.0-31.block.adaLN_modulation.1 15360x2560
single_stream_blocks.0-31.block.attn1.to_q 2560x2560
single_stream_blocks.0-31.block.attn1.to_k 2560x2560
single_stream_blocks.0-31.block.attn1.to_v 2560x2560
single_stream_blocks.0-31.block.attn1.to_out 2560x2560
single_stream_blocks.0-31.block.attn1.q_rms_norm 2560
single_stream_blocks.0-31.block.attn1.k_rms_norm 2560
single_stream_blocks.0-31.block.ff_i.shared_experts.w1 3584x2560
single_stream_blocks.0-31.block.ff_i.shared_experts.w2 2560x3584
single_stream_blocks.0-31.block.ff_i.shared_experts.w3 3584x2560
single_stream_blocks.0-31.block.ff_i.experts.0-3.w1 6912x2560
single_stream_blocks.0-31.block.ff_i.experts.0-3.w2 2560x6912
single_stream_blocks.0-31.block.ff_i.experts.0-3.w3 6912x2560
single_stream_blocks.0-31.block.ff_i.gate 4x2560
final_layer.linear 64x2560
final_layer.adaLN_modulation.1 5120x2560
caption_projection.0-48.linear 2560x4096`,
  },
];
