import type { ModuleList } from '../moduleList';

/** Made from the module lists of musubi-tuner 30c658c. */
export const hidreamO1: readonly ModuleList[] = [
  {
    modules: `
model.visual.patch_embed.proj 1152x3x2x16x16
model.visual.pos_embed 2304x1152
model.visual.blocks.0-26.norm1 1152
model.visual.blocks.0-26.norm2 1152
model.visual.blocks.0-26.attn.qkv 3456x1152
model.visual.blocks.0-26.attn.proj 1152x1152
model.visual.blocks.0-26.mlp.linear_fc1 4304x1152
model.visual.blocks.0-26.mlp.linear_fc2 1152x4304
model.visual.merger.norm 1152
model.visual.merger.linear_fc1 4608x4608
model.visual.merger.linear_fc2 4096x4608
model.visual.deepstack_merger_list.0-2.norm 4608
model.visual.deepstack_merger_list.0-2.linear_fc1 4608x4608
model.visual.deepstack_merger_list.0-2.linear_fc2 4096x4608
model.language_model.embed_tokens 151936x4096
model.language_model.layers.0-35.self_attn.q_proj 4096x4096
model.language_model.layers.0-35.self_attn.k_proj 1024x4096
model.language_model.layers.0-35.self_attn.v_proj 1024x4096
model.language_model.layers.0-35.self_attn.o_proj 4096x4096
model.language_model.layers.0-35.self_attn.q_norm 128
model.language_model.layers.0-35.self_attn.k_norm 128
model.language_model.layers.0-35.mlp.gate_proj 12288x4096
model.language_model.layers.0-35.mlp.up_proj 12288x4096
model.language_model.layers.0-35.mlp.down_proj 4096x12288
model.language_model.layers.0-35.input_layernorm 4096
model.language_model.layers.0-35.post_attention_layernorm 4096
model.language_model.norm 4096
model.t_embedder1.mlp.0 4096x256
model.t_embedder1.mlp.2 4096x4096
model.x_embedder.proj1 1024x3072
model.x_embedder.proj2 4096x1024
model.final_layer2.linear 3072x4096
lm_head 151936x4096`,
  },
];
