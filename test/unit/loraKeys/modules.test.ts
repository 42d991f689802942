import { describe, expect, it } from 'vitest';
import { groupTensors } from '../../../server/src/formats/lora';

const UNET = 'down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q';
const FLAT = UNET.replaceAll('.', '_');
const TE = 'text_model.encoder.layers.3.mlp.fc1';
const FLAT_TE = TE.replaceAll('.', '_');

function one(name: string) {
  const { modules } = groupTensors([[name, { shape: [4] }]]);
  const [module] = modules;
  return module && [module.component, module.name, Object.keys(module.tensors)[0], module.scheme];
}

describe('splitting tensor names', () => {
  it.each([
    [`lora_unet_${FLAT}.lora_down.weight`, 'unet', FLAT, 'lora_down', 'kohya'],
    [`lora_unet_${FLAT}.lora_mid.weight`, 'unet', FLAT, 'lora_mid', 'kohya'],
    [`lora_unet_x.lora_up.2.weight`, 'unet', 'x', 'lora_up.2', 'kohya'],
    [`lora_te_${FLAT_TE}.lora_up.weight`, 'te', FLAT_TE, 'lora_up', 'kohya'],
    [`lora_te1_${FLAT_TE}.lora_up.weight`, 'te1', FLAT_TE, 'lora_up', 'kohya'],
    [`lora_te2_${FLAT_TE}.lora_up.weight`, 'te2', FLAT_TE, 'lora_up', 'kohya'],
    [`lora_te3_encoder_block_0.lora_up.weight`, 'te3', 'encoder_block_0', 'lora_up', 'kohya'],
    [`lora_transformer_${FLAT}.lora_up.weight`, 'unet', FLAT, 'lora_up', 'kohya'],
    [`lora_prior_unet_x.lora_up.weight`, 'unet', 'x', 'lora_up', 'kohya'],
    [`lora_prior_te_x.lora_up.weight`, 'te', 'x', 'lora_up', 'kohya'],
    [`oft_unet_${FLAT}.oft_blocks`, 'unet', FLAT, 'oft_blocks', 'lycoris'],
    [`oft_unet_x.oft_blocks.3`, 'unet', 'x', 'oft_blocks.3', 'kohya'],
    [`lycoris_${FLAT}.lokr_w2_a`, 'unet', FLAT, 'lokr_w2_a', 'lycoris'],
    [`lycoris_${FLAT_TE}.hada_w1_b`, 'te', FLAT_TE, 'hada_w1_b', 'lycoris'],
    [`lora_unet_${FLAT}.hada_t1`, 'unet', FLAT, 'hada_t1', 'lycoris'],
    [`lora_unet_${FLAT}.lokr_w1`, 'unet', FLAT, 'lokr_w1', 'lycoris'],
    [`lora_unet_${FLAT}.a1.weight`, 'unet', FLAT, 'a1', 'lycoris'],
    [`lora_unet_${FLAT}.weight`, 'unet', FLAT, 'weight', 'lycoris'],
    [`lora_unet_${FLAT}.diff_b`, 'unet', FLAT, 'diff_b', 'native'],
    [`lora_unet_${FLAT}.w_norm`, 'unet', FLAT, 'w_norm', 'lycoris'],
    [`unet.${UNET}.lora_A.weight`, 'unet', UNET, 'lora_down', 'peft'],
    [`unet.${UNET}.lora_A.default.weight`, 'unet', UNET, 'lora_down', 'peft'],
    [`unet.${UNET}.lora_B_1.default_0.weight`, 'unet', UNET, 'lora_up', 'peft'],
    [`unet.${UNET}.lora_B.bias`, 'unet', UNET, 'lora_up_bias', 'peft'],
    [`unet.${UNET}.lora_magnitude_vector`, 'unet', UNET, 'magnitude', 'peft'],
    [`unet.${UNET}.lora_magnitude_vector.default.weight`, 'unet', UNET, 'magnitude', 'peft'],
    [`text_encoder.${TE}.lora_linear_layer.down.weight`, 'te1', TE, 'lora_down', 'diffusers'],
    [`text_encoder_2.${TE}.lora.up.weight`, 'te2', TE, 'lora_up', 'diffusers'],
    [`base_model.model.${UNET}.lora_A.weight`, 'unet', UNET, 'lora_down', 'peft'],
    [`base_model.model.text_encoder.${TE}.lora_A.weight`, 'te1', TE, 'lora_down', 'peft'],
    [`diffusion_model.blocks.0.attn.q.lora_A.weight`, 'unet', 'blocks.0.attn.q', 'lora_down', 'peft'],
    [`text_encoders.clip_l.transformer.${TE}.lora_up.weight`, 'te1', TE, 'lora_up', 'kohya'],
    [`clip_g.${TE}.lora_up.weight`, 'te2', TE, 'lora_up', 'kohya'],
    ['a.attn1.processor.to_q_lora.down.weight', 'unet', 'a.attn1.to_q', 'lora_down', 'attn-processor'],
    ['a.attn1.processor.to_out_lora.up.weight', 'unet', 'a.attn1.to_out.0', 'lora_up', 'attn-processor'],
    [
      'double_blocks.1.processor.qkv_lora1.down.weight',
      'unet',
      'double_blocks.1.img_attn.qkv',
      'lora_down',
      'xlabs',
    ],
    [
      'double_blocks.1.processor.proj_lora2.up.weight',
      'unet',
      'double_blocks.1.txt_attn.proj',
      'lora_up',
      'xlabs',
    ],
    ['unet:7:up', 'unet', '7', 'lora_up', 'cloneofsimo'],
    ['text_encoder:7:down', 'te', '7', 'lora_down', 'cloneofsimo'],
  ])('%s', (name, component, module, role, scheme) => {
    expect(one(name)).toEqual([component, module, role, scheme]);
  });

  it.each([
    'model.diffusion_model.input_blocks.1.1.proj_in.weight',
    'first_stage_model.decoder.conv_in.bias',
    'double_blocks.0.img_attn.norm.key_norm.weight',
    'emb_params',
    'lora_unet_x.alpha',
    'blocks.0.scale',
    '',
    '.weight',
  ])('leaves %j alone', (name) => {
    expect(one(name)).toBeUndefined();
    expect(groupTensors([[name, { shape: [1] }]]).rest).toEqual([name]);
  });

  it('collects the tensors of a module and the embeddings of a bundle', () => {
    const shape = { shape: [1] };
    const grouped = groupTensors([
      [`lora_unet_${FLAT}.alpha`, shape],
      [`lora_unet_${FLAT}.lora_down.weight`, shape],
      [`lora_unet_${FLAT}.lora_up.weight`, shape],
      [`lora_unet_${FLAT}.dora_scale`, shape],
      ['bundle_emb.miku.string_to_param.*', shape],
      ['bundle_emb.miku.clip_l', shape],
    ]);
    expect(grouped.modules).toHaveLength(1);
    expect(Object.keys(grouped.modules[0]!.tensors).sort()).toEqual([
      'alpha',
      'dora_scale',
      'lora_down',
      'lora_up',
    ]);
    expect(grouped.embeddings).toEqual(['miku']);
  });

  it('keeps modules of one name in different components apart', () => {
    const grouped = groupTensors([
      [`lora_te1_${FLAT_TE}.lora_down.weight`, { shape: [1] }],
      [`lora_te2_${FLAT_TE}.lora_down.weight`, { shape: [1] }],
    ]);
    expect(grouped.modules.map(({ component }) => component)).toEqual(['te1', 'te2']);
  });
});
