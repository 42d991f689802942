import type { ModuleList } from '../moduleList';

/** Made from the module lists of ComfyUI a125cd84 and diffusers 0.42.1. */
export const hunyuanImage: readonly ModuleList[] = [
  {
    modules: `
img_in.proj 3584x64x1x1 x_embedder.proj
time_in.in_layer 3584x256 time_guidance_embed.timestep_embedder.linear_1 time_in.mlp.0
time_in.out_layer 3584x3584 time_guidance_embed.timestep_embedder.linear_2 time_in.mlp.2
txt_in.input_embedder 3584x3584 context_embedder.proj_in
txt_in.t_embedder.in_layer 3584x256 context_embedder.time_text_embed.timestep_embedder.linear_1 txt_in.t_embedder.mlp.0
txt_in.t_embedder.out_layer 3584x3584 context_embedder.time_text_embed.timestep_embedder.linear_2 txt_in.t_embedder.mlp.2
txt_in.c_embedder.in_layer 3584x3584 context_embedder.time_text_embed.text_embedder.linear_1 txt_in.c_embedder.linear_1
txt_in.c_embedder.out_layer 3584x3584 context_embedder.time_text_embed.text_embedder.linear_2 txt_in.c_embedder.linear_2
txt_in.individual_token_refiner.blocks.0-1.adaLN_modulation.1 7168x3584 context_embedder.token_refiner.refiner_blocks.*.norm_out.linear
txt_in.individual_token_refiner.blocks.0-1.norm1 3584 context_embedder.token_refiner.refiner_blocks.*.norm1
txt_in.individual_token_refiner.blocks.0-1.self_attn.qkv 10752x3584 context_embedder.token_refiner.refiner_blocks.*.attn.to_q+context_embedder.token_refiner.refiner_blocks.*.attn.to_k+context_embedder.token_refiner.refiner_blocks.*.attn.to_v txt_in.individual_token_refiner.blocks.*.self_attn_qkv
txt_in.individual_token_refiner.blocks.0-1.self_attn.proj 3584x3584 context_embedder.token_refiner.refiner_blocks.*.attn.to_out.0 txt_in.individual_token_refiner.blocks.*.self_attn_proj
txt_in.individual_token_refiner.blocks.0-1.norm2 3584 context_embedder.token_refiner.refiner_blocks.*.norm2
txt_in.individual_token_refiner.blocks.0-1.mlp.0 14336x3584 context_embedder.token_refiner.refiner_blocks.*.ff.net.*.proj txt_in.individual_token_refiner.blocks.*.mlp.fc1
txt_in.individual_token_refiner.blocks.0-1.mlp.2 3584x14336 context_embedder.token_refiner.refiner_blocks.*.ff.net.* txt_in.individual_token_refiner.blocks.*.mlp.fc2
double_blocks.0-19.img_mod.lin 21504x3584 transformer_blocks.*.norm1.linear double_blocks.*.img_mod.linear
double_blocks.0-19.img_attn.qkv 10752x3584 transformer_blocks.*.attn.to_q+transformer_blocks.*.attn.to_k+transformer_blocks.*.attn.to_v double_blocks.*.img_attn_qkv
double_blocks.0-19.img_attn.norm.query_norm.scale 128 transformer_blocks.*.attn.norm_q double_blocks.*.img_attn_q_norm
double_blocks.0-19.img_attn.norm.key_norm.scale 128 transformer_blocks.*.attn.norm_k double_blocks.*.img_attn_k_norm
double_blocks.0-19.img_attn.proj 3584x3584 transformer_blocks.*.attn.to_out.0 double_blocks.*.img_attn_proj
double_blocks.0-19.img_mlp.0 14336x3584 transformer_blocks.*.ff.net.*.proj double_blocks.*.img_mlp.fc1
double_blocks.0-19.img_mlp.2 3584x14336 transformer_blocks.*.ff.net.* double_blocks.*.img_mlp.fc2
double_blocks.0-19.txt_mod.lin 21504x3584 transformer_blocks.*.norm1_context.linear double_blocks.*.txt_mod.linear
double_blocks.0-19.txt_attn.qkv 10752x3584 transformer_blocks.*.attn.add_q_proj+transformer_blocks.*.attn.add_k_proj+transformer_blocks.*.attn.add_v_proj double_blocks.*.txt_attn_qkv
double_blocks.0-19.txt_attn.norm.query_norm.scale 128 transformer_blocks.*.attn.norm_added_q double_blocks.*.txt_attn_q_norm
double_blocks.0-19.txt_attn.norm.key_norm.scale 128 transformer_blocks.*.attn.norm_added_k double_blocks.*.txt_attn_k_norm
double_blocks.0-19.txt_attn.proj 3584x3584 transformer_blocks.*.attn.to_add_out double_blocks.*.txt_attn_proj
double_blocks.0-19.txt_mlp.0 14336x3584 transformer_blocks.*.ff_context.net.*.proj double_blocks.*.txt_mlp.fc1
double_blocks.0-19.txt_mlp.2 3584x14336 transformer_blocks.*.ff_context.net.* double_blocks.*.txt_mlp.fc2
single_blocks.0-39.linear1 25088x3584 single_transformer_blocks.*.attn.to_q:3584+single_transformer_blocks.*.attn.to_k:3584+single_transformer_blocks.*.attn.to_v:3584+single_transformer_blocks.*.proj_mlp:14336
single_blocks.0-39.linear2 3584x17920 single_transformer_blocks.*.proj_out
single_blocks.0-39.norm.query_norm.scale 128 single_transformer_blocks.*.attn.norm_q single_blocks.*.q_norm
single_blocks.0-39.norm.key_norm.scale 128 single_transformer_blocks.*.attn.norm_k single_blocks.*.k_norm
single_blocks.0-39.modulation.lin 10752x3584 single_transformer_blocks.*.norm.linear single_blocks.*.modulation.linear
byt5_in.layernorm 1472
byt5_in.fc1 2048x1472
byt5_in.fc2 2048x2048
byt5_in.fc3 3584x2048
final_layer.linear 64x3584 proj_out
final_layer.adaLN_modulation.1 7168x3584 norm_out.linear`,
  },
  {
    variant: 'refiner',
    modules: `
img_in.proj 3328x128x1x1x1
time_in.in_layer 3328x256 time_in.mlp.0
time_in.out_layer 3328x3328 time_in.mlp.2
guidance_in.in_layer 3328x256 guidance_in.mlp.0
guidance_in.out_layer 3328x3328 guidance_in.mlp.2
txt_in.input_embedder 3328x3584
txt_in.t_embedder.in_layer 3328x256 txt_in.t_embedder.mlp.0
txt_in.t_embedder.out_layer 3328x3328 txt_in.t_embedder.mlp.2
txt_in.c_embedder.in_layer 3328x3584 txt_in.c_embedder.linear_1
txt_in.c_embedder.out_layer 3328x3328 txt_in.c_embedder.linear_2
txt_in.individual_token_refiner.blocks.0-1.adaLN_modulation.1 6656x3328
txt_in.individual_token_refiner.blocks.0-1.norm1 3328
txt_in.individual_token_refiner.blocks.0-1.self_attn.qkv 9984x3328 txt_in.individual_token_refiner.blocks.*.self_attn_qkv
txt_in.individual_token_refiner.blocks.0-1.self_attn.proj 3328x3328 txt_in.individual_token_refiner.blocks.*.self_attn_proj
txt_in.individual_token_refiner.blocks.0-1.norm2 3328
txt_in.individual_token_refiner.blocks.0-1.mlp.0 13312x3328 txt_in.individual_token_refiner.blocks.*.mlp.fc1
txt_in.individual_token_refiner.blocks.0-1.mlp.2 3328x13312 txt_in.individual_token_refiner.blocks.*.mlp.fc2
double_blocks.0-19.img_mod.lin 19968x3328 double_blocks.*.img_mod.linear
double_blocks.0-19.img_attn.qkv 9984x3328 double_blocks.*.img_attn_qkv
double_blocks.0-19.img_attn.norm.query_norm.scale 128 double_blocks.*.img_attn_q_norm
double_blocks.0-19.img_attn.norm.key_norm.scale 128 double_blocks.*.img_attn_k_norm
double_blocks.0-19.img_attn.proj 3328x3328 double_blocks.*.img_attn_proj
double_blocks.0-19.img_mlp.0 13312x3328 double_blocks.*.img_mlp.fc1
double_blocks.0-19.img_mlp.2 3328x13312 double_blocks.*.img_mlp.fc2
double_blocks.0-19.txt_mod.lin 19968x3328 double_blocks.*.txt_mod.linear
double_blocks.0-19.txt_attn.qkv 9984x3328 double_blocks.*.txt_attn_qkv
double_blocks.0-19.txt_attn.norm.query_norm.scale 128 double_blocks.*.txt_attn_q_norm
double_blocks.0-19.txt_attn.norm.key_norm.scale 128 double_blocks.*.txt_attn_k_norm
double_blocks.0-19.txt_attn.proj 3328x3328 double_blocks.*.txt_attn_proj
double_blocks.0-19.txt_mlp.0 13312x3328 double_blocks.*.txt_mlp.fc1
double_blocks.0-19.txt_mlp.2 3328x13312 double_blocks.*.txt_mlp.fc2
single_blocks.0-39.linear1 23296x3328
single_blocks.0-39.linear2 3328x16640
single_blocks.0-39.norm.query_norm.scale 128 single_blocks.*.q_norm
single_blocks.0-39.norm.key_norm.scale 128 single_blocks.*.k_norm
single_blocks.0-39.modulation.lin 9984x3328 single_blocks.*.modulation.linear
final_layer.linear 64x3328
final_layer.adaLN_modulation.1 6656x3328`,
  },
];
