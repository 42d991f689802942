import type { ModuleList } from '../moduleList';

/** Made from the module lists of diffusers 0.42.1 and musubi-tuner 30c658c. */
export const kandinsky5: readonly ModuleList[] = [
  {
    variant: 'lite-t2v',
    modules: `
time_embeddings.in_layer 512x1792
time_embeddings.out_layer 512x512
text_embeddings.in_layer 1792x3584
text_embeddings.norm 1792
pooled_text_embeddings.in_layer 512x768
pooled_text_embeddings.norm 512
visual_embeddings.in_layer 1792x132
text_transformer_blocks.0-1.text_modulation.out_layer 10752x512
text_transformer_blocks.0-1.self_attention.to_query 1792x1792
text_transformer_blocks.0-1.self_attention.to_key 1792x1792
text_transformer_blocks.0-1.self_attention.to_value 1792x1792
text_transformer_blocks.0-1.self_attention.query_norm 64
text_transformer_blocks.0-1.self_attention.key_norm 64
text_transformer_blocks.0-1.self_attention.out_layer 1792x1792
text_transformer_blocks.0-1.feed_forward.in_layer 7168x1792
text_transformer_blocks.0-1.feed_forward.out_layer 1792x7168
visual_transformer_blocks.0-31.visual_modulation.out_layer 16128x512
visual_transformer_blocks.0-31.self_attention.to_query 1792x1792
visual_transformer_blocks.0-31.self_attention.to_key 1792x1792
visual_transformer_blocks.0-31.self_attention.to_value 1792x1792
visual_transformer_blocks.0-31.self_attention.query_norm 64
visual_transformer_blocks.0-31.self_attention.key_norm 64
visual_transformer_blocks.0-31.self_attention.out_layer 1792x1792
visual_transformer_blocks.0-31.cross_attention.to_query 1792x1792
visual_transformer_blocks.0-31.cross_attention.to_key 1792x1792
visual_transformer_blocks.0-31.cross_attention.to_value 1792x1792
visual_transformer_blocks.0-31.cross_attention.query_norm 64
visual_transformer_blocks.0-31.cross_attention.key_norm 64
visual_transformer_blocks.0-31.cross_attention.out_layer 1792x1792
visual_transformer_blocks.0-31.feed_forward.in_layer 7168x1792
visual_transformer_blocks.0-31.feed_forward.out_layer 1792x7168
out_layer.modulation.out_layer 3584x512
out_layer.out_layer 64x1792`,
  },
  {
    variant: 'lite-image',
    modules: `
time_embeddings.in_layer 512x2560
time_embeddings.out_layer 512x512
text_embeddings.in_layer 2560x3584
text_embeddings.norm 2560
pooled_text_embeddings.in_layer 512x768
pooled_text_embeddings.norm 512
visual_embeddings.in_layer 2560x132
text_transformer_blocks.0-1.text_modulation.out_layer 15360x512
text_transformer_blocks.0-1.self_attention.to_query 2560x2560
text_transformer_blocks.0-1.self_attention.to_key 2560x2560
text_transformer_blocks.0-1.self_attention.to_value 2560x2560
text_transformer_blocks.0-1.self_attention.query_norm 64
text_transformer_blocks.0-1.self_attention.key_norm 64
text_transformer_blocks.0-1.self_attention.out_layer 2560x2560
text_transformer_blocks.0-1.feed_forward.in_layer 10240x2560
text_transformer_blocks.0-1.feed_forward.out_layer 2560x10240
visual_transformer_blocks.0-49.visual_modulation.out_layer 23040x512
visual_transformer_blocks.0-49.self_attention.to_query 2560x2560
visual_transformer_blocks.0-49.self_attention.to_key 2560x2560
visual_transformer_blocks.0-49.self_attention.to_value 2560x2560
visual_transformer_blocks.0-49.self_attention.query_norm 64
visual_transformer_blocks.0-49.self_attention.key_norm 64
visual_transformer_blocks.0-49.self_attention.out_layer 2560x2560
visual_transformer_blocks.0-49.cross_attention.to_query 2560x2560
visual_transformer_blocks.0-49.cross_attention.to_key 2560x2560
visual_transformer_blocks.0-49.cross_attention.to_value 2560x2560
visual_transformer_blocks.0-49.cross_attention.query_norm 64
visual_transformer_blocks.0-49.cross_attention.key_norm 64
visual_transformer_blocks.0-49.cross_attention.out_layer 2560x2560
visual_transformer_blocks.0-49.feed_forward.in_layer 10240x2560
visual_transformer_blocks.0-49.feed_forward.out_layer 2560x10240
out_layer.modulation.out_layer 5120x512
out_layer.out_layer 64x2560`,
  },
  {
    variant: 'pro',
    modules: `
time_embeddings.in_layer 1024x4096
time_embeddings.out_layer 1024x1024
text_embeddings.in_layer 4096x3584
text_embeddings.norm 4096
pooled_text_embeddings.in_layer 1024x768
pooled_text_embeddings.norm 1024
visual_embeddings.in_layer 4096x132
text_transformer_blocks.0-3.text_modulation.out_layer 24576x1024
text_transformer_blocks.0-3.self_attention.to_query 4096x4096
text_transformer_blocks.0-3.self_attention.to_key 4096x4096
text_transformer_blocks.0-3.self_attention.to_value 4096x4096
text_transformer_blocks.0-3.self_attention.query_norm 64
text_transformer_blocks.0-3.self_attention.key_norm 64
text_transformer_blocks.0-3.self_attention.out_layer 4096x4096
text_transformer_blocks.0-3.feed_forward.in_layer 16384x4096
text_transformer_blocks.0-3.feed_forward.out_layer 4096x16384
visual_transformer_blocks.0-59.visual_modulation.out_layer 36864x1024
visual_transformer_blocks.0-59.self_attention.to_query 4096x4096
visual_transformer_blocks.0-59.self_attention.to_key 4096x4096
visual_transformer_blocks.0-59.self_attention.to_value 4096x4096
visual_transformer_blocks.0-59.self_attention.query_norm 64
visual_transformer_blocks.0-59.self_attention.key_norm 64
visual_transformer_blocks.0-59.self_attention.out_layer 4096x4096
visual_transformer_blocks.0-59.cross_attention.to_query 4096x4096
visual_transformer_blocks.0-59.cross_attention.to_key 4096x4096
visual_transformer_blocks.0-59.cross_attention.to_value 4096x4096
visual_transformer_blocks.0-59.cross_attention.query_norm 64
visual_transformer_blocks.0-59.cross_attention.key_norm 64
visual_transformer_blocks.0-59.cross_attention.out_layer 4096x4096
visual_transformer_blocks.0-59.feed_forward.in_layer 16384x4096
visual_transformer_blocks.0-59.feed_forward.out_layer 4096x16384
out_layer.modulation.out_layer 8192x1024
out_layer.out_layer 64x4096`,
  },
];
