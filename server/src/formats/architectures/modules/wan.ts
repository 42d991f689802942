import type { ModuleList } from '../moduleList';

/** Made from the module lists of ComfyUI a125cd84 and diffusers 0.42.1. */
export const wan: readonly ModuleList[] = [
  {
    variant: 't2v-14b',
    modules: `
patch_embedding 5120x16x1x2x2
text_embedding.0 5120x4096 condition_embedder.text_embedder.linear_1
text_embedding.2 5120x5120 condition_embedder.text_embedder.linear_2
time_embedding.0 5120x256 condition_embedder.time_embedder.linear_1
time_embedding.2 5120x5120 condition_embedder.time_embedder.linear_2
time_projection.1 30720x5120 condition_embedder.time_proj
blocks.0-39.modulation 1x6x5120 blocks.*.scale_shift_table
blocks.0-39.self_attn.q 5120x5120 blocks.*.attn1.to_q
blocks.0-39.self_attn.k 5120x5120 blocks.*.attn1.to_k
blocks.0-39.self_attn.v 5120x5120 blocks.*.attn1.to_v
blocks.0-39.self_attn.o 5120x5120 blocks.*.attn1.to_out.0
blocks.0-39.self_attn.norm_q 5120 blocks.*.attn1.norm_q
blocks.0-39.self_attn.norm_k 5120 blocks.*.attn1.norm_k
blocks.0-39.norm3 5120 blocks.*.norm2
blocks.0-39.cross_attn.q 5120x5120 blocks.*.attn2.to_q
blocks.0-39.cross_attn.k 5120x5120 blocks.*.attn2.to_k
blocks.0-39.cross_attn.v 5120x5120 blocks.*.attn2.to_v
blocks.0-39.cross_attn.o 5120x5120 blocks.*.attn2.to_out.0
blocks.0-39.cross_attn.norm_q 5120 blocks.*.attn2.norm_q
blocks.0-39.cross_attn.norm_k 5120 blocks.*.attn2.norm_k
blocks.0-39.ffn.0 13824x5120 blocks.*.ffn.net.*.proj
blocks.0-39.ffn.2 5120x13824 blocks.*.ffn.net.*
head.modulation 1x2x5120 scale_shift_table
head.head 64x5120 proj_out`,
  },
  {
    variant: 't2v-1.3b',
    modules: `
patch_embedding 1536x16x1x2x2
text_embedding.0 1536x4096 condition_embedder.text_embedder.linear_1
text_embedding.2 1536x1536 condition_embedder.text_embedder.linear_2
time_embedding.0 1536x256 condition_embedder.time_embedder.linear_1
time_embedding.2 1536x1536 condition_embedder.time_embedder.linear_2
time_projection.1 9216x1536 condition_embedder.time_proj
blocks.0-29.modulation 1x6x1536 blocks.*.scale_shift_table
blocks.0-29.self_attn.q 1536x1536 blocks.*.attn1.to_q
blocks.0-29.self_attn.k 1536x1536 blocks.*.attn1.to_k
blocks.0-29.self_attn.v 1536x1536 blocks.*.attn1.to_v
blocks.0-29.self_attn.o 1536x1536 blocks.*.attn1.to_out.0
blocks.0-29.self_attn.norm_q 1536 blocks.*.attn1.norm_q
blocks.0-29.self_attn.norm_k 1536 blocks.*.attn1.norm_k
blocks.0-29.norm3 1536 blocks.*.norm2
blocks.0-29.cross_attn.q 1536x1536 blocks.*.attn2.to_q
blocks.0-29.cross_attn.k 1536x1536 blocks.*.attn2.to_k
blocks.0-29.cross_attn.v 1536x1536 blocks.*.attn2.to_v
blocks.0-29.cross_attn.o 1536x1536 blocks.*.attn2.to_out.0
blocks.0-29.cross_attn.norm_q 1536 blocks.*.attn2.norm_q
blocks.0-29.cross_attn.norm_k 1536 blocks.*.attn2.norm_k
blocks.0-29.ffn.0 8960x1536 blocks.*.ffn.net.*.proj
blocks.0-29.ffn.2 1536x8960 blocks.*.ffn.net.*
head.modulation 1x2x1536 scale_shift_table
head.head 64x1536 proj_out`,
  },
  {
    variant: 'i2v-14b',
    extends: 't2v-14b',
    modules: `
patch_embedding 5120x36x1x2x2
blocks.0-39.cross_attn.k_img 5120x5120 blocks.*.attn2.add_k_proj
blocks.0-39.cross_attn.v_img 5120x5120 blocks.*.attn2.add_v_proj
blocks.0-39.cross_attn.norm_k_img 5120 blocks.*.attn2.norm_added_k
img_emb.proj.0 1280 condition_embedder.image_embedder.norm1
img_emb.proj.1 1280x1280 condition_embedder.image_embedder.ff.net.0.proj
img_emb.proj.3 5120x1280 condition_embedder.image_embedder.ff.net.2
img_emb.proj.4 5120 condition_embedder.image_embedder.norm2`,
  },
  {
    variant: 'ti2v-5b',
    modules: `
patch_embedding 3072x48x1x2x2
text_embedding.0 3072x4096 condition_embedder.text_embedder.linear_1
text_embedding.2 3072x3072 condition_embedder.text_embedder.linear_2
time_embedding.0 3072x256 condition_embedder.time_embedder.linear_1
time_embedding.2 3072x3072 condition_embedder.time_embedder.linear_2
time_projection.1 18432x3072 condition_embedder.time_proj
blocks.0-29.modulation 1x6x3072 blocks.*.scale_shift_table
blocks.0-29.self_attn.q 3072x3072 blocks.*.attn1.to_q
blocks.0-29.self_attn.k 3072x3072 blocks.*.attn1.to_k
blocks.0-29.self_attn.v 3072x3072 blocks.*.attn1.to_v
blocks.0-29.self_attn.o 3072x3072 blocks.*.attn1.to_out.0
blocks.0-29.self_attn.norm_q 3072 blocks.*.attn1.norm_q
blocks.0-29.self_attn.norm_k 3072 blocks.*.attn1.norm_k
blocks.0-29.norm3 3072 blocks.*.norm2
blocks.0-29.cross_attn.q 3072x3072 blocks.*.attn2.to_q
blocks.0-29.cross_attn.k 3072x3072 blocks.*.attn2.to_k
blocks.0-29.cross_attn.v 3072x3072 blocks.*.attn2.to_v
blocks.0-29.cross_attn.o 3072x3072 blocks.*.attn2.to_out.0
blocks.0-29.cross_attn.norm_q 3072 blocks.*.attn2.norm_q
blocks.0-29.cross_attn.norm_k 3072 blocks.*.attn2.norm_k
blocks.0-29.ffn.0 14336x3072 blocks.*.ffn.net.*.proj
blocks.0-29.ffn.2 3072x14336 blocks.*.ffn.net.*
head.modulation 1x2x3072 scale_shift_table
head.head 192x3072 proj_out`,
  },
  {
    variant: 'vace-14b',
    extends: 't2v-14b',
    modules: `
vace_blocks.0-7.modulation 1x6x5120 vace_blocks.*.scale_shift_table
vace_blocks.0-7.self_attn.q 5120x5120 vace_blocks.*.attn1.to_q
vace_blocks.0-7.self_attn.k 5120x5120 vace_blocks.*.attn1.to_k
vace_blocks.0-7.self_attn.v 5120x5120 vace_blocks.*.attn1.to_v
vace_blocks.0-7.self_attn.o 5120x5120 vace_blocks.*.attn1.to_out.0
vace_blocks.0-7.self_attn.norm_q 5120 vace_blocks.*.attn1.norm_q
vace_blocks.0-7.self_attn.norm_k 5120 vace_blocks.*.attn1.norm_k
vace_blocks.0-7.norm3 5120 vace_blocks.*.norm2
vace_blocks.0-7.cross_attn.q 5120x5120 vace_blocks.*.attn2.to_q
vace_blocks.0-7.cross_attn.k 5120x5120 vace_blocks.*.attn2.to_k
vace_blocks.0-7.cross_attn.v 5120x5120 vace_blocks.*.attn2.to_v
vace_blocks.0-7.cross_attn.o 5120x5120 vace_blocks.*.attn2.to_out.0
vace_blocks.0-7.cross_attn.norm_q 5120 vace_blocks.*.attn2.norm_q
vace_blocks.0-7.cross_attn.norm_k 5120 vace_blocks.*.attn2.norm_k
vace_blocks.0-7.ffn.0 13824x5120 vace_blocks.*.ffn.net.*.proj
vace_blocks.0-7.ffn.2 5120x13824 vace_blocks.*.ffn.net.*
vace_blocks.0.before_proj 5120x5120 vace_blocks.*.proj_in
vace_blocks.0-7.after_proj 5120x5120 vace_blocks.*.proj_out
vace_patch_embedding 5120x96x1x2x2`,
  },
  {
    variant: 'vace-1.3b',
    extends: 't2v-1.3b',
    modules: `
vace_blocks.0-14.modulation 1x6x1536 vace_blocks.*.scale_shift_table
vace_blocks.0-14.self_attn.q 1536x1536 vace_blocks.*.attn1.to_q
vace_blocks.0-14.self_attn.k 1536x1536 vace_blocks.*.attn1.to_k
vace_blocks.0-14.self_attn.v 1536x1536 vace_blocks.*.attn1.to_v
vace_blocks.0-14.self_attn.o 1536x1536 vace_blocks.*.attn1.to_out.0
vace_blocks.0-14.self_attn.norm_q 1536 vace_blocks.*.attn1.norm_q
vace_blocks.0-14.self_attn.norm_k 1536 vace_blocks.*.attn1.norm_k
vace_blocks.0-14.norm3 1536 vace_blocks.*.norm2
vace_blocks.0-14.cross_attn.q 1536x1536 vace_blocks.*.attn2.to_q
vace_blocks.0-14.cross_attn.k 1536x1536 vace_blocks.*.attn2.to_k
vace_blocks.0-14.cross_attn.v 1536x1536 vace_blocks.*.attn2.to_v
vace_blocks.0-14.cross_attn.o 1536x1536 vace_blocks.*.attn2.to_out.0
vace_blocks.0-14.cross_attn.norm_q 1536 vace_blocks.*.attn2.norm_q
vace_blocks.0-14.cross_attn.norm_k 1536 vace_blocks.*.attn2.norm_k
vace_blocks.0-14.ffn.0 8960x1536 vace_blocks.*.ffn.net.*.proj
vace_blocks.0-14.ffn.2 1536x8960 vace_blocks.*.ffn.net.*
vace_blocks.0.before_proj 1536x1536 vace_blocks.*.proj_in
vace_blocks.0-14.after_proj 1536x1536 vace_blocks.*.proj_out
vace_patch_embedding 1536x96x1x2x2`,
  },
  {
    variant: 'fun-1.3b',
    modules: `
patch_embedding 1536x48x1x2x2
text_embedding.0 1536x4096
text_embedding.2 1536x1536
time_embedding.0 1536x256
time_embedding.2 1536x1536
time_projection.1 9216x1536
blocks.0-29.modulation 1x6x1536
blocks.0-29.self_attn.q 1536x1536
blocks.0-29.self_attn.k 1536x1536
blocks.0-29.self_attn.v 1536x1536
blocks.0-29.self_attn.o 1536x1536
blocks.0-29.self_attn.norm_q 1536
blocks.0-29.self_attn.norm_k 1536
blocks.0-29.norm3 1536
blocks.0-29.cross_attn.q 1536x1536
blocks.0-29.cross_attn.k 1536x1536
blocks.0-29.cross_attn.v 1536x1536
blocks.0-29.cross_attn.o 1536x1536
blocks.0-29.cross_attn.norm_q 1536
blocks.0-29.cross_attn.norm_k 1536
blocks.0-29.cross_attn.k_img 1536x1536
blocks.0-29.cross_attn.v_img 1536x1536
blocks.0-29.cross_attn.norm_k_img 1536
blocks.0-29.ffn.0 8960x1536
blocks.0-29.ffn.2 1536x8960
head.modulation 1x2x1536
head.head 64x1536
img_emb.proj.0 1280
img_emb.proj.1 1280x1280
img_emb.proj.3 1536x1280
img_emb.proj.4 1536`,
  },
  {
    variant: 'animate-14b',
    modules: `
patch_embedding 5120x36x1x2x2
text_embedding.0 5120x4096
text_embedding.2 5120x5120
time_embedding.0 5120x256
time_embedding.2 5120x5120
time_projection.1 30720x5120
blocks.0-39.modulation 1x6x5120
blocks.0-39.self_attn.q 5120x5120
blocks.0-39.self_attn.k 5120x5120
blocks.0-39.self_attn.v 5120x5120
blocks.0-39.self_attn.o 5120x5120
blocks.0-39.self_attn.norm_q 5120
blocks.0-39.self_attn.norm_k 5120
blocks.0-39.norm3 5120
blocks.0-39.cross_attn.q 5120x5120
blocks.0-39.cross_attn.k 5120x5120
blocks.0-39.cross_attn.v 5120x5120
blocks.0-39.cross_attn.o 5120x5120
blocks.0-39.cross_attn.norm_q 5120
blocks.0-39.cross_attn.norm_k 5120
blocks.0-39.cross_attn.k_img 5120x5120
blocks.0-39.cross_attn.v_img 5120x5120
blocks.0-39.cross_attn.norm_k_img 5120
blocks.0-39.ffn.0 13824x5120
blocks.0-39.ffn.2 5120x13824
head.modulation 1x2x5120
head.head 64x5120
img_emb.proj.0 1280
img_emb.proj.1 1280x1280
img_emb.proj.3 5120x1280
img_emb.proj.4 5120
pose_patch_embedding 5120x16x1x2x2
face_adapter.fuser_blocks.0-7.linear1_kv 10240x5120
face_adapter.fuser_blocks.0-7.linear1_q 5120x5120
face_adapter.fuser_blocks.0-7.linear2 5120x5120
face_adapter.fuser_blocks.0-7.q_norm 128
face_adapter.fuser_blocks.0-7.k_norm 128
face_encoder.padding_tokens 1x1x1x5120
face_encoder.conv1_local.conv 4096x512x3
face_encoder.conv2.conv 1024x1024x3
face_encoder.conv3.conv 1024x1024x3
face_encoder.out_proj 5120x1024
scale_shift_table 1x2x5120
condition_embedder.time_embedder.linear_1 5120x256
condition_embedder.time_embedder.linear_2 5120x5120
condition_embedder.time_proj 30720x5120
condition_embedder.text_embedder.linear_1 5120x4096
condition_embedder.text_embedder.linear_2 5120x5120
condition_embedder.image_embedder.norm1 1280
condition_embedder.image_embedder.ff.net.0.proj 1280x1280
condition_embedder.image_embedder.ff.net.2 5120x1280
condition_embedder.image_embedder.norm2 5120
face_encoder.conv1_local 4096x512x3
face_encoder.conv2 1024x1024x3
face_encoder.conv3 1024x1024x3
blocks.0-39.scale_shift_table 1x6x5120
blocks.0-39.attn1.to_q 5120x5120
blocks.0-39.attn1.to_k 5120x5120
blocks.0-39.attn1.to_v 5120x5120
blocks.0-39.attn1.to_out.0 5120x5120
blocks.0-39.attn1.norm_q 5120
blocks.0-39.attn1.norm_k 5120
blocks.0-39.attn2.to_q 5120x5120
blocks.0-39.attn2.to_k 5120x5120
blocks.0-39.attn2.to_v 5120x5120
blocks.0-39.attn2.to_out.0 5120x5120
blocks.0-39.attn2.norm_q 5120
blocks.0-39.attn2.norm_k 5120
blocks.0-39.norm2 5120
blocks.0-39.ffn.net.0.proj 13824x5120
blocks.0-39.ffn.net.2 5120x13824
face_adapter.0-7.to_q 5120x5120
face_adapter.0-7.to_k 5120x5120
face_adapter.0-7.to_v 5120x5120
face_adapter.0-7.to_out 5120x5120
face_adapter.0-7.norm_q 128
face_adapter.0-7.norm_k 128
proj_out 64x5120`,
  },
  {
    variant: 's2v-14b',
    modules: `
patch_embedding 5120x16x1x2x2
text_embedding.0 5120x4096
text_embedding.2 5120x5120
time_embedding.0 5120x256
time_embedding.2 5120x5120
time_projection.1 30720x5120
blocks.0-39.modulation 1x6x5120
blocks.0-39.self_attn.q 5120x5120
blocks.0-39.self_attn.k 5120x5120
blocks.0-39.self_attn.v 5120x5120
blocks.0-39.self_attn.o 5120x5120
blocks.0-39.self_attn.norm_q 5120
blocks.0-39.self_attn.norm_k 5120
blocks.0-39.norm3 5120
blocks.0-39.cross_attn.q 5120x5120
blocks.0-39.cross_attn.k 5120x5120
blocks.0-39.cross_attn.v 5120x5120
blocks.0-39.cross_attn.o 5120x5120
blocks.0-39.cross_attn.norm_q 5120
blocks.0-39.cross_attn.norm_k 5120
blocks.0-39.ffn.0 13824x5120
blocks.0-39.ffn.2 5120x13824
head.modulation 1x2x5120
head.head 64x5120
trainable_cond_mask 3x5120
casual_audio_encoder.weights 1x25x1x1
casual_audio_encoder.encoder.padding_tokens 1x1x1x5120
casual_audio_encoder.encoder.conv1_local.conv 5120x1024x3
casual_audio_encoder.encoder.conv1_global.conv 1280x1024x3
casual_audio_encoder.encoder.conv2.conv 2560x1280x3
casual_audio_encoder.encoder.conv3.conv 5120x2560x3
casual_audio_encoder.encoder.final_linear 5120x5120
cond_encoder 5120x16x1x2x2
audio_injector.injector.0-11.q 5120x5120
audio_injector.injector.0-11.k 5120x5120
audio_injector.injector.0-11.v 5120x5120
audio_injector.injector.0-11.o 5120x5120
audio_injector.injector.0-11.norm_q 5120
audio_injector.injector.0-11.norm_k 5120
audio_injector.injector_adain_layers.0-11.linear 10240x5120
frame_packer.proj 5120x16x1x2x2
frame_packer.proj_2x 5120x16x2x4x4
frame_packer.proj_4x 5120x16x4x8x8`,
  },
  {
    variant: 'humo-17b',
    modules: `
patch_embedding 5120x36x1x2x2
text_embedding.0 5120x4096
text_embedding.2 5120x5120
time_embedding.0 5120x256
time_embedding.2 5120x5120
time_projection.1 30720x5120
blocks.0-39.modulation 1x6x5120
blocks.0-39.self_attn.q 5120x5120
blocks.0-39.self_attn.k 5120x5120
blocks.0-39.self_attn.v 5120x5120
blocks.0-39.self_attn.o 5120x5120
blocks.0-39.self_attn.norm_q 5120
blocks.0-39.self_attn.norm_k 5120
blocks.0-39.norm3 5120
blocks.0-39.cross_attn.q 5120x5120
blocks.0-39.cross_attn.k 5120x5120
blocks.0-39.cross_attn.v 5120x5120
blocks.0-39.cross_attn.o 5120x5120
blocks.0-39.cross_attn.norm_q 5120
blocks.0-39.cross_attn.norm_k 5120
blocks.0-39.ffn.0 13824x5120
blocks.0-39.ffn.2 5120x13824
blocks.0-39.audio_cross_attn_wrapper.audio_cross_attn.q 5120x5120
blocks.0-39.audio_cross_attn_wrapper.audio_cross_attn.k 5120x1536
blocks.0-39.audio_cross_attn_wrapper.audio_cross_attn.v 5120x1536
blocks.0-39.audio_cross_attn_wrapper.audio_cross_attn.o 5120x5120
blocks.0-39.audio_cross_attn_wrapper.audio_cross_attn.norm_q 5120
blocks.0-39.audio_cross_attn_wrapper.audio_cross_attn.norm_k 5120
blocks.0-39.audio_cross_attn_wrapper.norm1_audio 5120
head.modulation 1x2x5120
head.head 64x5120
audio_proj.audio_proj_glob_1.layer 512x51200
audio_proj.audio_proj_glob_2.layer 512x512
audio_proj.audio_proj_glob_3.layer 24576x512
audio_proj.audio_proj_glob_norm.layer 1536`,
  },
  {
    variant: 'camera-14b',
    extends: 'humo-17b',
    modules: `
patch_embedding 5120x32x1x2x2
blocks.0-39.cross_attn.k_img 5120x5120
blocks.0-39.cross_attn.v_img 5120x5120
blocks.0-39.cross_attn.norm_k_img 5120
img_emb.proj.0 1280
img_emb.proj.1 1280x1280
img_emb.proj.3 5120x1280
img_emb.proj.4 5120
control_adapter.conv 5120x1536x2x2
control_adapter.residual_blocks.0.conv1 5120x5120x3x3
control_adapter.residual_blocks.0.conv2 5120x5120x3x3`,
  },
];
