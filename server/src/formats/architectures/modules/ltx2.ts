import type { ModuleList } from '../moduleList';

/** Made from the module lists of diffusers 0.42.1. */
export const ltx2: readonly ModuleList[] = [
  {
    variant: '2.0',
    modules: `
scale_shift_table 2x4096
audio_scale_shift_table 2x2048
patchify_proj 4096x128 proj_in
audio_patchify_proj 2048x128 audio_proj_in
caption_projection.linear_1 4096x3840
caption_projection.linear_2 4096x4096
audio_caption_projection.linear_1 2048x3840
audio_caption_projection.linear_2 2048x2048
adaln_single.emb.timestep_embedder.linear_1 4096x256 time_embed.emb.timestep_embedder.linear_1
adaln_single.emb.timestep_embedder.linear_2 4096x4096 time_embed.emb.timestep_embedder.linear_2
adaln_single.linear 24576x4096 time_embed.linear
audio_adaln_single.emb.timestep_embedder.linear_1 2048x256 audio_time_embed.emb.timestep_embedder.linear_1
audio_adaln_single.emb.timestep_embedder.linear_2 2048x2048 audio_time_embed.emb.timestep_embedder.linear_2
audio_adaln_single.linear 12288x2048 audio_time_embed.linear
av_ca_video_scale_shift_adaln_single.emb.timestep_embedder.linear_1 4096x256 av_cross_attn_video_scale_shift.emb.timestep_embedder.linear_1
av_ca_video_scale_shift_adaln_single.emb.timestep_embedder.linear_2 4096x4096 av_cross_attn_video_scale_shift.emb.timestep_embedder.linear_2
av_ca_video_scale_shift_adaln_single.linear 16384x4096 av_cross_attn_video_scale_shift.linear
av_ca_audio_scale_shift_adaln_single.emb.timestep_embedder.linear_1 2048x256 av_cross_attn_audio_scale_shift.emb.timestep_embedder.linear_1
av_ca_audio_scale_shift_adaln_single.emb.timestep_embedder.linear_2 2048x2048 av_cross_attn_audio_scale_shift.emb.timestep_embedder.linear_2
av_ca_audio_scale_shift_adaln_single.linear 8192x2048 av_cross_attn_audio_scale_shift.linear
av_ca_a2v_gate_adaln_single.emb.timestep_embedder.linear_1 4096x256 av_cross_attn_video_a2v_gate.emb.timestep_embedder.linear_1
av_ca_a2v_gate_adaln_single.emb.timestep_embedder.linear_2 4096x4096 av_cross_attn_video_a2v_gate.emb.timestep_embedder.linear_2
av_ca_a2v_gate_adaln_single.linear 4096x4096 av_cross_attn_video_a2v_gate.linear
av_ca_v2a_gate_adaln_single.emb.timestep_embedder.linear_1 2048x256 av_cross_attn_audio_v2a_gate.emb.timestep_embedder.linear_1
av_ca_v2a_gate_adaln_single.emb.timestep_embedder.linear_2 2048x2048 av_cross_attn_audio_v2a_gate.emb.timestep_embedder.linear_2
av_ca_v2a_gate_adaln_single.linear 2048x2048 av_cross_attn_audio_v2a_gate.linear
transformer_blocks.0-47.scale_shift_table 6x4096
transformer_blocks.0-47.audio_scale_shift_table 6x2048
transformer_blocks.0-47.scale_shift_table_a2v_ca_video 5x4096 transformer_blocks.*.video_a2v_cross_attn_scale_shift_table
transformer_blocks.0-47.scale_shift_table_a2v_ca_audio 5x2048 transformer_blocks.*.audio_a2v_cross_attn_scale_shift_table
transformer_blocks.0-47.attn1.q_norm 4096 transformer_blocks.*.attn1.norm_q
transformer_blocks.0-47.attn1.k_norm 4096 transformer_blocks.*.attn1.norm_k
transformer_blocks.0-47.attn1.to_q 4096x4096
transformer_blocks.0-47.attn1.to_k 4096x4096
transformer_blocks.0-47.attn1.to_v 4096x4096
transformer_blocks.0-47.attn1.to_out.0 4096x4096
transformer_blocks.0-47.audio_attn1.q_norm 2048 transformer_blocks.*.audio_attn1.norm_q
transformer_blocks.0-47.audio_attn1.k_norm 2048 transformer_blocks.*.audio_attn1.norm_k
transformer_blocks.0-47.audio_attn1.to_q 2048x2048
transformer_blocks.0-47.audio_attn1.to_k 2048x2048
transformer_blocks.0-47.audio_attn1.to_v 2048x2048
transformer_blocks.0-47.audio_attn1.to_out.0 2048x2048
transformer_blocks.0-47.attn2.q_norm 4096 transformer_blocks.*.attn2.norm_q
transformer_blocks.0-47.attn2.k_norm 4096 transformer_blocks.*.attn2.norm_k
transformer_blocks.0-47.attn2.to_q 4096x4096
transformer_blocks.0-47.attn2.to_k 4096x4096
transformer_blocks.0-47.attn2.to_v 4096x4096
transformer_blocks.0-47.attn2.to_out.0 4096x4096
transformer_blocks.0-47.audio_attn2.q_norm 2048 transformer_blocks.*.audio_attn2.norm_q
transformer_blocks.0-47.audio_attn2.k_norm 2048 transformer_blocks.*.audio_attn2.norm_k
transformer_blocks.0-47.audio_attn2.to_q 2048x2048
transformer_blocks.0-47.audio_attn2.to_k 2048x2048
transformer_blocks.0-47.audio_attn2.to_v 2048x2048
transformer_blocks.0-47.audio_attn2.to_out.0 2048x2048
transformer_blocks.0-47.audio_to_video_attn.q_norm 2048 transformer_blocks.*.audio_to_video_attn.norm_q
transformer_blocks.0-47.audio_to_video_attn.k_norm 2048 transformer_blocks.*.audio_to_video_attn.norm_k
transformer_blocks.0-47.audio_to_video_attn.to_q 2048x4096
transformer_blocks.0-47.audio_to_video_attn.to_k 2048x2048
transformer_blocks.0-47.audio_to_video_attn.to_v 2048x2048
transformer_blocks.0-47.audio_to_video_attn.to_out.0 4096x2048
transformer_blocks.0-47.video_to_audio_attn.q_norm 2048 transformer_blocks.*.video_to_audio_attn.norm_q
transformer_blocks.0-47.video_to_audio_attn.k_norm 2048 transformer_blocks.*.video_to_audio_attn.norm_k
transformer_blocks.0-47.video_to_audio_attn.to_q 2048x2048
transformer_blocks.0-47.video_to_audio_attn.to_k 2048x4096
transformer_blocks.0-47.video_to_audio_attn.to_v 2048x4096
transformer_blocks.0-47.video_to_audio_attn.to_out.0 2048x2048
transformer_blocks.0-47.ff.net.0.proj 16384x4096
transformer_blocks.0-47.ff.net.2 4096x16384
transformer_blocks.0-47.audio_ff.net.0.proj 8192x2048
transformer_blocks.0-47.audio_ff.net.2 2048x8192
proj_out 128x4096
audio_proj_out 128x2048`,
  },
  {
    variant: '2.3',
    extends: '2.0',
    modules: `
adaln_single.linear 36864x4096 time_embed.linear
audio_adaln_single.linear 18432x2048 audio_time_embed.linear
prompt_adaln_single.emb.timestep_embedder.linear_1 4096x256 prompt_adaln.emb.timestep_embedder.linear_1
prompt_adaln_single.emb.timestep_embedder.linear_2 4096x4096 prompt_adaln.emb.timestep_embedder.linear_2
prompt_adaln_single.linear 8192x4096 prompt_adaln.linear
audio_prompt_adaln_single.emb.timestep_embedder.linear_1 2048x256 audio_prompt_adaln.emb.timestep_embedder.linear_1
audio_prompt_adaln_single.emb.timestep_embedder.linear_2 2048x2048 audio_prompt_adaln.emb.timestep_embedder.linear_2
audio_prompt_adaln_single.linear 4096x2048 audio_prompt_adaln.linear
transformer_blocks.0-47.scale_shift_table 9x4096
transformer_blocks.0-47.audio_scale_shift_table 9x2048
transformer_blocks.0-47.prompt_scale_shift_table 2x4096
transformer_blocks.0-47.audio_prompt_scale_shift_table 2x2048
transformer_blocks.0-47.attn1.to_gate_logits 32x4096
transformer_blocks.0-47.audio_attn1.to_gate_logits 32x2048
transformer_blocks.0-47.attn2.to_gate_logits 32x4096
transformer_blocks.0-47.audio_attn2.to_gate_logits 32x2048
transformer_blocks.0-47.audio_to_video_attn.to_gate_logits 32x4096
transformer_blocks.0-47.video_to_audio_attn.to_gate_logits 32x2048`,
  },
];
