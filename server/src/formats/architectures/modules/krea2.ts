import type { ModuleList } from '../moduleList';

/** Made from the module lists of diffusers 0.42.1 and musubi-tuner 30c658c. */
export const krea2: readonly ModuleList[] = [
  {
    modules: `
first 6144x64 img_in
blocks.0-27.mod.lin 36864 transformer_blocks.*.scale_shift_table
blocks.0-27.prenorm.scale 6144 transformer_blocks.*.norm1
blocks.0-27.postnorm.scale 6144 transformer_blocks.*.norm2
blocks.0-27.attn.wq 6144x6144 transformer_blocks.*.attn.to_q
blocks.0-27.attn.wk 1536x6144 transformer_blocks.*.attn.to_k
blocks.0-27.attn.wv 1536x6144 transformer_blocks.*.attn.to_v
blocks.0-27.attn.gate 6144x6144 transformer_blocks.*.attn.to_gate
blocks.0-27.attn.qknorm.qnorm.scale 128 transformer_blocks.*.attn.norm_q
blocks.0-27.attn.qknorm.knorm.scale 128 transformer_blocks.*.attn.norm_k
blocks.0-27.attn.wo 6144x6144 transformer_blocks.*.attn.to_out.0
blocks.0-27.mlp.gate 16384x6144 transformer_blocks.*.ff.gate
blocks.0-27.mlp.up 16384x6144 transformer_blocks.*.ff.up
blocks.0-27.mlp.down 6144x16384 transformer_blocks.*.ff.down
tmlp.0 6144x256 time_embed.linear_1
tmlp.2 6144x6144 time_embed.linear_2
txtfusion.layerwise_blocks.0-1.prenorm.scale 2560 text_fusion.layerwise_blocks.*.norm1
txtfusion.layerwise_blocks.0-1.postnorm.scale 2560 text_fusion.layerwise_blocks.*.norm2
txtfusion.layerwise_blocks.0-1.attn.wq 2560x2560 text_fusion.layerwise_blocks.*.attn.to_q
txtfusion.layerwise_blocks.0-1.attn.wk 2560x2560 text_fusion.layerwise_blocks.*.attn.to_k
txtfusion.layerwise_blocks.0-1.attn.wv 2560x2560 text_fusion.layerwise_blocks.*.attn.to_v
txtfusion.layerwise_blocks.0-1.attn.gate 2560x2560 text_fusion.layerwise_blocks.*.attn.to_gate
txtfusion.layerwise_blocks.0-1.attn.qknorm.qnorm.scale 128 text_fusion.layerwise_blocks.*.attn.norm_q
txtfusion.layerwise_blocks.0-1.attn.qknorm.knorm.scale 128 text_fusion.layerwise_blocks.*.attn.norm_k
txtfusion.layerwise_blocks.0-1.attn.wo 2560x2560 text_fusion.layerwise_blocks.*.attn.to_out.0
txtfusion.layerwise_blocks.0-1.mlp.gate 6912x2560 text_fusion.layerwise_blocks.*.ff.gate
txtfusion.layerwise_blocks.0-1.mlp.up 6912x2560 text_fusion.layerwise_blocks.*.ff.up
txtfusion.layerwise_blocks.0-1.mlp.down 2560x6912 text_fusion.layerwise_blocks.*.ff.down
txtfusion.projector 1x12 text_fusion.projector
txtfusion.refiner_blocks.0-1.prenorm.scale 2560 text_fusion.refiner_blocks.*.norm1
txtfusion.refiner_blocks.0-1.postnorm.scale 2560 text_fusion.refiner_blocks.*.norm2
txtfusion.refiner_blocks.0-1.attn.wq 2560x2560 text_fusion.refiner_blocks.*.attn.to_q
txtfusion.refiner_blocks.0-1.attn.wk 2560x2560 text_fusion.refiner_blocks.*.attn.to_k
txtfusion.refiner_blocks.0-1.attn.wv 2560x2560 text_fusion.refiner_blocks.*.attn.to_v
txtfusion.refiner_blocks.0-1.attn.gate 2560x2560 text_fusion.refiner_blocks.*.attn.to_gate
txtfusion.refiner_blocks.0-1.attn.qknorm.qnorm.scale 128 text_fusion.refiner_blocks.*.attn.norm_q
txtfusion.refiner_blocks.0-1.attn.qknorm.knorm.scale 128 text_fusion.refiner_blocks.*.attn.norm_k
txtfusion.refiner_blocks.0-1.attn.wo 2560x2560 text_fusion.refiner_blocks.*.attn.to_out.0
txtfusion.refiner_blocks.0-1.mlp.gate 6912x2560 text_fusion.refiner_blocks.*.ff.gate
txtfusion.refiner_blocks.0-1.mlp.up 6912x2560 text_fusion.refiner_blocks.*.ff.up
txtfusion.refiner_blocks.0-1.mlp.down 2560x6912 text_fusion.refiner_blocks.*.ff.down
txtmlp.0.scale 2560 txt_in.norm
txtmlp.1 6144x2560 txt_in.linear_1
txtmlp.3 6144x6144 txt_in.linear_2
last.norm.scale 6144 final_layer.norm
last.linear 64x6144 final_layer.linear
last.modulation.lin 2x6144 final_layer.scale_shift_table
tproj.1 36864x6144 time_mod_proj`,
  },
];
