import type { ModuleList } from '../moduleList';

/** Made from the module lists of diffusers 0.42.1 and musubi-tuner 30c658c. */
export const flux2: readonly ModuleList[] = [
  {
    variant: 'dev',
    modules: `
img_in 6144x128 x_embedder
time_in.in_layer 6144x256 time_guidance_embed.timestep_embedder.linear_1
time_in.out_layer 6144x6144 time_guidance_embed.timestep_embedder.linear_2
txt_in 6144x15360 context_embedder
guidance_in.in_layer 6144x256 time_guidance_embed.guidance_embedder.linear_1
guidance_in.out_layer 6144x6144 time_guidance_embed.guidance_embedder.linear_2
double_blocks.0-7.img_attn.qkv 18432x6144 transformer_blocks.*.attn.to_q+transformer_blocks.*.attn.to_k+transformer_blocks.*.attn.to_v
double_blocks.0-7.img_attn.norm.query_norm.scale 128 transformer_blocks.*.attn.norm_q
double_blocks.0-7.img_attn.norm.key_norm.scale 128 transformer_blocks.*.attn.norm_k
double_blocks.0-7.img_attn.proj 6144x6144 transformer_blocks.*.attn.to_out.0
double_blocks.0-7.img_mlp.0 36864x6144 transformer_blocks.*.ff.linear_in
double_blocks.0-7.img_mlp.2 6144x18432 transformer_blocks.*.ff.linear_out
double_blocks.0-7.txt_attn.qkv 18432x6144 transformer_blocks.*.attn.add_q_proj+transformer_blocks.*.attn.add_k_proj+transformer_blocks.*.attn.add_v_proj
double_blocks.0-7.txt_attn.norm.query_norm.scale 128 transformer_blocks.*.attn.norm_added_q
double_blocks.0-7.txt_attn.norm.key_norm.scale 128 transformer_blocks.*.attn.norm_added_k
double_blocks.0-7.txt_attn.proj 6144x6144 transformer_blocks.*.attn.to_add_out
double_blocks.0-7.txt_mlp.0 36864x6144 transformer_blocks.*.ff_context.linear_in
double_blocks.0-7.txt_mlp.2 6144x18432 transformer_blocks.*.ff_context.linear_out
single_blocks.0-47.linear1 55296x6144 single_transformer_blocks.*.attn.to_qkv_mlp_proj
single_blocks.0-47.linear2 6144x24576 single_transformer_blocks.*.attn.to_out
single_blocks.0-47.norm.query_norm.scale 128 single_transformer_blocks.*.attn.norm_q
single_blocks.0-47.norm.key_norm.scale 128 single_transformer_blocks.*.attn.norm_k
double_stream_modulation_img.lin 36864x6144 double_stream_modulation_img.linear
double_stream_modulation_txt.lin 36864x6144 double_stream_modulation_txt.linear
single_stream_modulation.lin 18432x6144 single_stream_modulation.linear
final_layer.linear 128x6144 proj_out
final_layer.adaLN_modulation.1 12288x6144 norm_out.linear`,
  },
  {
    variant: 'klein-9b',
    modules: `
img_in 4096x128 x_embedder
time_in.in_layer 4096x256 time_guidance_embed.timestep_embedder.linear_1
time_in.out_layer 4096x4096 time_guidance_embed.timestep_embedder.linear_2
txt_in 4096x12288 context_embedder
double_blocks.0-7.img_attn.qkv 12288x4096 transformer_blocks.*.attn.to_q+transformer_blocks.*.attn.to_k+transformer_blocks.*.attn.to_v
double_blocks.0-7.img_attn.norm.query_norm.scale 128 transformer_blocks.*.attn.norm_q
double_blocks.0-7.img_attn.norm.key_norm.scale 128 transformer_blocks.*.attn.norm_k
double_blocks.0-7.img_attn.proj 4096x4096 transformer_blocks.*.attn.to_out.0
double_blocks.0-7.img_mlp.0 24576x4096 transformer_blocks.*.ff.linear_in
double_blocks.0-7.img_mlp.2 4096x12288 transformer_blocks.*.ff.linear_out
double_blocks.0-7.txt_attn.qkv 12288x4096 transformer_blocks.*.attn.add_q_proj+transformer_blocks.*.attn.add_k_proj+transformer_blocks.*.attn.add_v_proj
double_blocks.0-7.txt_attn.norm.query_norm.scale 128 transformer_blocks.*.attn.norm_added_q
double_blocks.0-7.txt_attn.norm.key_norm.scale 128 transformer_blocks.*.attn.norm_added_k
double_blocks.0-7.txt_attn.proj 4096x4096 transformer_blocks.*.attn.to_add_out
double_blocks.0-7.txt_mlp.0 24576x4096 transformer_blocks.*.ff_context.linear_in
double_blocks.0-7.txt_mlp.2 4096x12288 transformer_blocks.*.ff_context.linear_out
single_blocks.0-23.linear1 36864x4096 single_transformer_blocks.*.attn.to_qkv_mlp_proj
single_blocks.0-23.linear2 4096x16384 single_transformer_blocks.*.attn.to_out
single_blocks.0-23.norm.query_norm.scale 128 single_transformer_blocks.*.attn.norm_q
single_blocks.0-23.norm.key_norm.scale 128 single_transformer_blocks.*.attn.norm_k
double_stream_modulation_img.lin 24576x4096 double_stream_modulation_img.linear
double_stream_modulation_txt.lin 24576x4096 double_stream_modulation_txt.linear
single_stream_modulation.lin 12288x4096 single_stream_modulation.linear
final_layer.linear 128x4096 proj_out
final_layer.adaLN_modulation.1 8192x4096 norm_out.linear`,
  },
  {
    variant: 'klein-4b',
    modules: `
img_in 3072x128 x_embedder
time_in.in_layer 3072x256 time_guidance_embed.timestep_embedder.linear_1
time_in.out_layer 3072x3072 time_guidance_embed.timestep_embedder.linear_2
txt_in 3072x7680 context_embedder
double_blocks.0-4.img_attn.qkv 9216x3072 transformer_blocks.*.attn.to_q+transformer_blocks.*.attn.to_k+transformer_blocks.*.attn.to_v
double_blocks.0-4.img_attn.norm.query_norm.scale 128 transformer_blocks.*.attn.norm_q
double_blocks.0-4.img_attn.norm.key_norm.scale 128 transformer_blocks.*.attn.norm_k
double_blocks.0-4.img_attn.proj 3072x3072 transformer_blocks.*.attn.to_out.0
double_blocks.0-4.img_mlp.0 18432x3072 transformer_blocks.*.ff.linear_in
double_blocks.0-4.img_mlp.2 3072x9216 transformer_blocks.*.ff.linear_out
double_blocks.0-4.txt_attn.qkv 9216x3072 transformer_blocks.*.attn.add_q_proj+transformer_blocks.*.attn.add_k_proj+transformer_blocks.*.attn.add_v_proj
double_blocks.0-4.txt_attn.norm.query_norm.scale 128 transformer_blocks.*.attn.norm_added_q
double_blocks.0-4.txt_attn.norm.key_norm.scale 128 transformer_blocks.*.attn.norm_added_k
double_blocks.0-4.txt_attn.proj 3072x3072 transformer_blocks.*.attn.to_add_out
double_blocks.0-4.txt_mlp.0 18432x3072 transformer_blocks.*.ff_context.linear_in
double_blocks.0-4.txt_mlp.2 3072x9216 transformer_blocks.*.ff_context.linear_out
single_blocks.0-19.linear1 27648x3072 single_transformer_blocks.*.attn.to_qkv_mlp_proj
single_blocks.0-19.linear2 3072x12288 single_transformer_blocks.*.attn.to_out
single_blocks.0-19.norm.query_norm.scale 128 single_transformer_blocks.*.attn.norm_q
single_blocks.0-19.norm.key_norm.scale 128 single_transformer_blocks.*.attn.norm_k
double_stream_modulation_img.lin 18432x3072 double_stream_modulation_img.linear
double_stream_modulation_txt.lin 18432x3072 double_stream_modulation_txt.linear
single_stream_modulation.lin 9216x3072 single_stream_modulation.linear
final_layer.linear 128x3072 proj_out
final_layer.adaLN_modulation.1 6144x3072 norm_out.linear`,
  },
];
