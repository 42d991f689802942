import type { ModuleList } from '../moduleList';

/** Made from the module lists of ComfyUI a125cd84 and diffusers 0.42.1 and musubi-tuner 30c658c. */
export const hunyuanVideo: readonly ModuleList[] = [
  {
    modules: `
img_in.proj 3072x16x1x2x2 x_embedder.proj
time_in.in_layer 3072x256 time_text_embed.timestep_embedder.linear_1 time_in.mlp.0
time_in.out_layer 3072x3072 time_text_embed.timestep_embedder.linear_2 time_in.mlp.2
vector_in.in_layer 3072x768 time_text_embed.text_embedder.linear_1
vector_in.out_layer 3072x3072 time_text_embed.text_embedder.linear_2
guidance_in.in_layer 3072x256 time_text_embed.guidance_embedder.linear_1 guidance_in.mlp.0
guidance_in.out_layer 3072x3072 time_text_embed.guidance_embedder.linear_2 guidance_in.mlp.2
txt_in.input_embedder 3072x4096 context_embedder.proj_in
txt_in.t_embedder.in_layer 3072x256 context_embedder.time_text_embed.timestep_embedder.linear_1 txt_in.t_embedder.mlp.0
txt_in.t_embedder.out_layer 3072x3072 context_embedder.time_text_embed.timestep_embedder.linear_2 txt_in.t_embedder.mlp.2
txt_in.c_embedder.in_layer 3072x4096 context_embedder.time_text_embed.text_embedder.linear_1 txt_in.c_embedder.linear_1
txt_in.c_embedder.out_layer 3072x3072 context_embedder.time_text_embed.text_embedder.linear_2 txt_in.c_embedder.linear_2
txt_in.individual_token_refiner.blocks.0-1.adaLN_modulation.1 6144x3072 context_embedder.token_refiner.refiner_blocks.*.norm_out.linear
txt_in.individual_token_refiner.blocks.0-1.norm1 3072 context_embedder.token_refiner.refiner_blocks.*.norm1
txt_in.individual_token_refiner.blocks.0-1.self_attn.qkv 9216x3072 context_embedder.token_refiner.refiner_blocks.*.attn.to_q+context_embedder.token_refiner.refiner_blocks.*.attn.to_k+context_embedder.token_refiner.refiner_blocks.*.attn.to_v txt_in.individual_token_refiner.blocks.*.self_attn_qkv
txt_in.individual_token_refiner.blocks.0-1.self_attn.proj 3072x3072 context_embedder.token_refiner.refiner_blocks.*.attn.to_out.0 txt_in.individual_token_refiner.blocks.*.self_attn_proj
txt_in.individual_token_refiner.blocks.0-1.norm2 3072 context_embedder.token_refiner.refiner_blocks.*.norm2
txt_in.individual_token_refiner.blocks.0-1.mlp.0 12288x3072 context_embedder.token_refiner.refiner_blocks.*.ff.net.*.proj txt_in.individual_token_refiner.blocks.*.mlp.fc1
txt_in.individual_token_refiner.blocks.0-1.mlp.2 3072x12288 context_embedder.token_refiner.refiner_blocks.*.ff.net.* txt_in.individual_token_refiner.blocks.*.mlp.fc2
double_blocks.0-19.img_mod.lin 18432x3072 transformer_blocks.*.norm1.linear double_blocks.*.img_mod.linear
double_blocks.0-19.img_attn.qkv 9216x3072 transformer_blocks.*.attn.to_q+transformer_blocks.*.attn.to_k+transformer_blocks.*.attn.to_v double_blocks.*.img_attn_qkv
double_blocks.0-19.img_attn.norm.query_norm.scale 128 transformer_blocks.*.attn.norm_q double_blocks.*.img_attn_q_norm
double_blocks.0-19.img_attn.norm.key_norm.scale 128 transformer_blocks.*.attn.norm_k double_blocks.*.img_attn_k_norm
double_blocks.0-19.img_attn.proj 3072x3072 transformer_blocks.*.attn.to_out.0 double_blocks.*.img_attn_proj
double_blocks.0-19.img_mlp.0 12288x3072 transformer_blocks.*.ff.net.*.proj double_blocks.*.img_mlp.fc1
double_blocks.0-19.img_mlp.2 3072x12288 transformer_blocks.*.ff.net.* double_blocks.*.img_mlp.fc2
double_blocks.0-19.txt_mod.lin 18432x3072 transformer_blocks.*.norm1_context.linear double_blocks.*.txt_mod.linear
double_blocks.0-19.txt_attn.qkv 9216x3072 transformer_blocks.*.attn.add_q_proj+transformer_blocks.*.attn.add_k_proj+transformer_blocks.*.attn.add_v_proj double_blocks.*.txt_attn_qkv
double_blocks.0-19.txt_attn.norm.query_norm.scale 128 transformer_blocks.*.attn.norm_added_q double_blocks.*.txt_attn_q_norm
double_blocks.0-19.txt_attn.norm.key_norm.scale 128 transformer_blocks.*.attn.norm_added_k double_blocks.*.txt_attn_k_norm
double_blocks.0-19.txt_attn.proj 3072x3072 transformer_blocks.*.attn.to_add_out double_blocks.*.txt_attn_proj
double_blocks.0-19.txt_mlp.0 12288x3072 transformer_blocks.*.ff_context.net.*.proj double_blocks.*.txt_mlp.fc1
double_blocks.0-19.txt_mlp.2 3072x12288 transformer_blocks.*.ff_context.net.* double_blocks.*.txt_mlp.fc2
single_blocks.0-39.linear1 21504x3072 single_transformer_blocks.*.attn.to_q:3072+single_transformer_blocks.*.attn.to_k:3072+single_transformer_blocks.*.attn.to_v:3072+single_transformer_blocks.*.proj_mlp:12288
single_blocks.0-39.linear2 3072x15360 single_transformer_blocks.*.proj_out
single_blocks.0-39.norm.query_norm.scale 128 single_transformer_blocks.*.attn.norm_q single_blocks.*.q_norm
single_blocks.0-39.norm.key_norm.scale 128 single_transformer_blocks.*.attn.norm_k single_blocks.*.k_norm
single_blocks.0-39.modulation.lin 9216x3072 single_transformer_blocks.*.norm.linear single_blocks.*.modulation.linear
final_layer.linear 64x3072 proj_out
final_layer.adaLN_modulation.1 6144x3072 norm_out.linear`,
  },
  {
    variant: 'framepack',
    modules: `
x_embedder.proj 3072x16x1x2x2
clean_x_embedder.proj 3072x16x1x2x2
clean_x_embedder.proj_2x 3072x16x2x4x4
clean_x_embedder.proj_4x 3072x16x4x8x8
context_embedder.time_text_embed.timestep_embedder.linear_1 3072x256
context_embedder.time_text_embed.timestep_embedder.linear_2 3072x3072
context_embedder.time_text_embed.text_embedder.linear_1 3072x4096
context_embedder.time_text_embed.text_embedder.linear_2 3072x3072
context_embedder.proj_in 3072x4096
context_embedder.token_refiner.refiner_blocks.0-1.norm1 3072
context_embedder.token_refiner.refiner_blocks.0-1.attn.to_q 3072x3072
context_embedder.token_refiner.refiner_blocks.0-1.attn.to_k 3072x3072
context_embedder.token_refiner.refiner_blocks.0-1.attn.to_v 3072x3072
context_embedder.token_refiner.refiner_blocks.0-1.attn.to_out.0 3072x3072
context_embedder.token_refiner.refiner_blocks.0-1.norm2 3072
context_embedder.token_refiner.refiner_blocks.0-1.ff.net.0.proj 12288x3072
context_embedder.token_refiner.refiner_blocks.0-1.ff.net.2 3072x12288
context_embedder.token_refiner.refiner_blocks.0-1.norm_out.linear 6144x3072
image_projection.up 9216x1152
image_projection.down 3072x9216
time_text_embed.timestep_embedder.linear_1 3072x256
time_text_embed.timestep_embedder.linear_2 3072x3072
time_text_embed.text_embedder.linear_1 3072x768
time_text_embed.text_embedder.linear_2 3072x3072
time_text_embed.guidance_embedder.linear_1 3072x256
time_text_embed.guidance_embedder.linear_2 3072x3072
transformer_blocks.0-19.norm1.linear 18432x3072
transformer_blocks.0-19.norm1_context.linear 18432x3072
transformer_blocks.0-19.attn.norm_q 128
transformer_blocks.0-19.attn.norm_k 128
transformer_blocks.0-19.attn.to_q 3072x3072
transformer_blocks.0-19.attn.to_k 3072x3072
transformer_blocks.0-19.attn.to_v 3072x3072
transformer_blocks.0-19.attn.add_k_proj 3072x3072
transformer_blocks.0-19.attn.add_v_proj 3072x3072
transformer_blocks.0-19.attn.add_q_proj 3072x3072
transformer_blocks.0-19.attn.to_out.0 3072x3072
transformer_blocks.0-19.attn.to_add_out 3072x3072
transformer_blocks.0-19.attn.norm_added_q 128
transformer_blocks.0-19.attn.norm_added_k 128
transformer_blocks.0-19.ff.net.0.proj 12288x3072
transformer_blocks.0-19.ff.net.2 3072x12288
transformer_blocks.0-19.ff_context.net.0.proj 12288x3072
transformer_blocks.0-19.ff_context.net.2 3072x12288
single_transformer_blocks.0-39.attn.norm_q 128
single_transformer_blocks.0-39.attn.norm_k 128
single_transformer_blocks.0-39.attn.to_q 3072x3072
single_transformer_blocks.0-39.attn.to_k 3072x3072
single_transformer_blocks.0-39.attn.to_v 3072x3072
single_transformer_blocks.0-39.norm.linear 9216x3072
single_transformer_blocks.0-39.proj_mlp 12288x3072
single_transformer_blocks.0-39.proj_out 3072x15360
norm_out.linear 6144x3072
proj_out 64x3072`,
  },
];
