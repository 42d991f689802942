import type { ModuleList } from '../moduleList';

/** Made from the module lists of ComfyUI a125cd84 and diffusers 0.42.1. */
export const chroma: readonly ModuleList[] = [
  {
    modules: `
img_in 3072x64 x_embedder
txt_in 3072x4096 context_embedder
distilled_guidance_layer.in_proj 5120x64
distilled_guidance_layer.layers.0-4.in_layer 5120x5120 distilled_guidance_layer.layers.*.linear_1
distilled_guidance_layer.layers.0-4.out_layer 5120x5120 distilled_guidance_layer.layers.*.linear_2
distilled_guidance_layer.norms.0-4.scale 5120 distilled_guidance_layer.norms.*
distilled_guidance_layer.out_proj 3072x5120
double_blocks.0-18.img_attn.qkv 9216x3072 transformer_blocks.*.attn.to_q+transformer_blocks.*.attn.to_k+transformer_blocks.*.attn.to_v
double_blocks.0-18.img_attn.norm.query_norm.scale 128 transformer_blocks.*.attn.norm_q
double_blocks.0-18.img_attn.norm.key_norm.scale 128 transformer_blocks.*.attn.norm_k
double_blocks.0-18.img_attn.proj 3072x3072 transformer_blocks.*.attn.to_out.0
double_blocks.0-18.img_mlp.0 12288x3072 transformer_blocks.*.ff.net.*.proj
double_blocks.0-18.img_mlp.2 3072x12288 transformer_blocks.*.ff.net.*
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
final_layer.linear 64x3072 proj_out`,
  },
  {
    variant: 'radiance',
    modules: `
img_in_patch 3072x3x16x16
txt_in 3072x4096
distilled_guidance_layer.in_proj 5120x64
distilled_guidance_layer.layers.0-4.in_layer 5120x5120
distilled_guidance_layer.layers.0-4.out_layer 5120x5120
distilled_guidance_layer.norms.0-4.scale 5120
distilled_guidance_layer.out_proj 3072x5120
double_blocks.0-18.img_attn.qkv 9216x3072
double_blocks.0-18.img_attn.norm.query_norm.scale 128
double_blocks.0-18.img_attn.norm.key_norm.scale 128
double_blocks.0-18.img_attn.proj 3072x3072
double_blocks.0-18.img_mlp.0 12288x3072
double_blocks.0-18.img_mlp.2 3072x12288
double_blocks.0-18.txt_attn.qkv 9216x3072
double_blocks.0-18.txt_attn.norm.query_norm.scale 128
double_blocks.0-18.txt_attn.norm.key_norm.scale 128
double_blocks.0-18.txt_attn.proj 3072x3072
double_blocks.0-18.txt_mlp.0 12288x3072
double_blocks.0-18.txt_mlp.2 3072x12288
single_blocks.0-37.linear1 21504x3072
single_blocks.0-37.linear2 3072x15360
single_blocks.0-37.norm.query_norm.scale 128
single_blocks.0-37.norm.key_norm.scale 128
nerf_image_embedder.embedder.0 64x67
nerf_blocks.0-3.param_generator 49152x3072
nerf_blocks.0-3.norm.scale 64
nerf_final_layer_conv.norm.scale 64
nerf_final_layer_conv.conv 3x64x3x3`,
  },
];
