import type { ModuleList } from '../moduleList';

/** Made from the module lists of diffusers 0.42.1 and musubi-tuner 30c658c. */
export const hunyuanVideo15: readonly ModuleList[] = [
  {
    modules: `
byt5_in.layernorm 1472
byt5_in.fc1 2048x1472
byt5_in.fc2 2048x2048
byt5_in.fc3 2048x2048
img_in.proj 2048x65x1x1x1 x_embedder.proj
vision_in.proj.0 1152
vision_in.proj.1 1152x1152
vision_in.proj.3 2048x1152
vision_in.proj.4 2048
txt_in.input_embedder 2048x3584
txt_in.t_embedder.mlp.0 2048x256
txt_in.t_embedder.mlp.2 2048x2048
txt_in.c_embedder.linear_1 2048x3584
txt_in.c_embedder.linear_2 2048x2048
txt_in.individual_token_refiner.blocks.0-1.norm1 2048
txt_in.individual_token_refiner.blocks.0-1.self_attn_qkv 6144x2048
txt_in.individual_token_refiner.blocks.0-1.self_attn_proj 2048x2048
txt_in.individual_token_refiner.blocks.0-1.norm2 2048
txt_in.individual_token_refiner.blocks.0-1.mlp.fc1 8192x2048
txt_in.individual_token_refiner.blocks.0-1.mlp.fc2 2048x8192
txt_in.individual_token_refiner.blocks.0-1.adaLN_modulation.1 4096x2048
time_in.mlp.0 2048x256
time_in.mlp.2 2048x2048
double_blocks.0-53.img_mod.linear 12288x2048 transformer_blocks.*.norm1.linear
double_blocks.0-53.img_attn_q 2048x2048 transformer_blocks.*.attn.to_q
double_blocks.0-53.img_attn_k 2048x2048 transformer_blocks.*.attn.to_k
double_blocks.0-53.img_attn_v 2048x2048 transformer_blocks.*.attn.to_v
double_blocks.0-53.img_attn_q_norm 128 transformer_blocks.*.attn.norm_q
double_blocks.0-53.img_attn_k_norm 128 transformer_blocks.*.attn.norm_k
double_blocks.0-53.img_attn_proj 2048x2048 transformer_blocks.*.attn.to_out.0
double_blocks.0-53.img_mlp.fc1 8192x2048 transformer_blocks.*.ff.net.0.proj
double_blocks.0-53.img_mlp.fc2 2048x8192 transformer_blocks.*.ff.net.2
double_blocks.0-53.txt_mod.linear 12288x2048 transformer_blocks.*.norm1_context.linear
double_blocks.0-53.txt_attn_q 2048x2048 transformer_blocks.*.attn.add_q_proj
double_blocks.0-53.txt_attn_k 2048x2048 transformer_blocks.*.attn.add_k_proj
double_blocks.0-53.txt_attn_v 2048x2048 transformer_blocks.*.attn.add_v_proj
double_blocks.0-53.txt_attn_q_norm 128 transformer_blocks.*.attn.norm_added_q
double_blocks.0-53.txt_attn_k_norm 128 transformer_blocks.*.attn.norm_added_k
double_blocks.0-53.txt_attn_proj 2048x2048 transformer_blocks.*.attn.to_add_out
double_blocks.0-53.txt_mlp.fc1 8192x2048 transformer_blocks.*.ff_context.net.0.proj
double_blocks.0-53.txt_mlp.fc2 2048x8192 transformer_blocks.*.ff_context.net.2
final_layer.linear 32x2048 proj_out
final_layer.adaLN_modulation.1 4096x2048 norm_out.linear
cond_type_embedding 3x2048
image_embedder.norm_in 1152
image_embedder.linear_1 1152x1152
image_embedder.linear_2 2048x1152
image_embedder.norm_out 2048
context_embedder.time_text_embed.timestep_embedder.linear_1 2048x256
context_embedder.time_text_embed.timestep_embedder.linear_2 2048x2048
context_embedder.time_text_embed.text_embedder.linear_1 2048x3584
context_embedder.time_text_embed.text_embedder.linear_2 2048x2048
context_embedder.proj_in 2048x3584
context_embedder.token_refiner.refiner_blocks.0-1.norm1 2048
context_embedder.token_refiner.refiner_blocks.0-1.attn.to_q 2048x2048
context_embedder.token_refiner.refiner_blocks.0-1.attn.to_k 2048x2048
context_embedder.token_refiner.refiner_blocks.0-1.attn.to_v 2048x2048
context_embedder.token_refiner.refiner_blocks.0-1.attn.to_out.0 2048x2048
context_embedder.token_refiner.refiner_blocks.0-1.norm2 2048
context_embedder.token_refiner.refiner_blocks.0-1.ff.net.0.proj 8192x2048
context_embedder.token_refiner.refiner_blocks.0-1.ff.net.2 2048x8192
context_embedder.token_refiner.refiner_blocks.0-1.norm_out.linear 4096x2048
context_embedder_2.norm 1472
context_embedder_2.linear_1 2048x1472
context_embedder_2.linear_2 2048x2048
context_embedder_2.linear_3 2048x2048
time_embed.timestep_embedder.linear_1 2048x256
time_embed.timestep_embedder.linear_2 2048x2048
cond_type_embed 3x2048`,
  },
];
