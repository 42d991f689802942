import type { ModuleList } from '../moduleList';

/** Made from the module lists of ComfyUI a125cd84 and diffusers 0.42.1. */
export const flux: readonly ModuleList[] = [
  {
    variant: 'dev',
    modules: `
img_in 3072x64 x_embedder
time_in.in_layer 3072x256 time_text_embed.timestep_embedder.linear_1
time_in.out_layer 3072x3072 time_text_embed.timestep_embedder.linear_2
vector_in.in_layer 3072x768 time_text_embed.text_embedder.linear_1
vector_in.out_layer 3072x3072 time_text_embed.text_embedder.linear_2
guidance_in.in_layer 3072x256 time_text_embed.guidance_embedder.linear_1
guidance_in.out_layer 3072x3072 time_text_embed.guidance_embedder.linear_2
txt_in 3072x4096 context_embedder
double_blocks.0-18.img_mod.lin 18432x3072 transformer_blocks.*.norm1.linear
double_blocks.0-18.img_attn.qkv 9216x3072 transformer_blocks.*.attn.to_q+transformer_blocks.*.attn.to_k+transformer_blocks.*.attn.to_v
double_blocks.0-18.img_attn.norm.query_norm.scale 128 transformer_blocks.*.attn.norm_q
double_blocks.0-18.img_attn.norm.key_norm.scale 128 transformer_blocks.*.attn.norm_k
double_blocks.0-18.img_attn.proj 3072x3072 transformer_blocks.*.attn.to_out.0
double_blocks.0-18.img_mlp.0 12288x3072 transformer_blocks.*.ff.net.*.proj
double_blocks.0-18.img_mlp.2 3072x12288 transformer_blocks.*.ff.net.*
double_blocks.0-18.txt_mod.lin 18432x3072 transformer_blocks.*.norm1_context.linear
double_blocks.0-18.txt_attn.qkv 9216x3072 transformer_blocks.*.attn.add_q_proj+transformer_blocks.*.attn.add_k_proj+transformer_blocks.*.attn.add_v_proj
double_blocks.0-18.txt_attn.norm.query_norm.scale 128 transformer_blocks.*.attn.norm_added_q
double_blocks.0-18.txt_attn.norm.key_norm.scale 128 transformer_blocks.*.attn.norm_added_k
double_blocks.0-18.txt_attn.proj 3072x3072 transformer_blocks.*.attn.to_add_out
double_blocks.0-18.txt_mlp.0 12288x3072 transformer_blocks.*.ff_context.net.*.proj
double_blocks.0-18.txt_mlp.2 3072x12288 transformer_blocks.*.ff_context.net.*
single_blocks.0-37.linear1 21504x3072 single_transformer_blocks.*.attn.to_q:3072+single_transformer_blocks.*.attn.to_k:3072+single_transformer_blocks.*.attn.to_v:3072+single_transformer_blocks.*.proj_mlp:12288
single_blocks.0-37.linear2 3072x15360 single_transformer_blocks.*.proj_out
single_blocks.0-37.norm.query_norm.scale 128 single_transformer_blocks.*.attn.norm_q
single_blocks.0-37.norm.key_norm.scale 128 single_transformer_blocks.*.attn.norm_k
single_blocks.0-37.modulation.lin 9216x3072 single_transformer_blocks.*.norm.linear
final_layer.linear 64x3072 proj_out
final_layer.adaLN_modulation.1 6144x3072 norm_out.linear`,
  },
  // Control and Fill read more channels than the latents have.
  {
    variant: 'control',
    extends: 'dev',
    modules: `
img_in 3072x128 x_embedder`,
  },
  {
    variant: 'fill',
    extends: 'dev',
    modules: `
img_in 3072x384 x_embedder`,
  },
];
