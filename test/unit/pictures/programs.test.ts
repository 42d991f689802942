import { describe, expect, it } from 'vitest';
import { picturePrompt } from '../../../server/src/language/pictures';

const block = (texts: Record<string, string>) => picturePrompt(texts)?.text;
const json = (value: unknown) => JSON.stringify(value);

describe('texts of programs, in the form that their sources write', () => {
  it('SwarmUI, PNG and Exif', () => {
    const text = json({
      sui_image_params: {
        prompt: 'a cat, {b}',
        negativeprompt: 'bad',
        model: 'SDXL/base_1.0.safetensors',
        seed: 18446744,
        steps: 20,
        cfgscale: 6.5,
        width: 1024,
        height: 768,
        sampler: 'dpmpp_2m',
        scheduler: 'karras',
        loras: ['styles/ink', 'fine detail'],
        loraweights: ['0.8', '1'],
        clipstopatlayer: '-2',
        automaticvae: 'true',
      },
      sui_extra_data: { date: '2026-01-01' },
    });
    const expected =
      'a cat, {b}, <lora:ink:0.8>, <lora:fine detail:1>\nNegative prompt: bad\nSteps: 20, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 6.5, Seed: 18446744, Size: 1024x768, Model: base_1.0, Clip skip: 2';
    expect(block({ parameters: text })).toBe(expected);
    expect(block({ UserComment: text })).toBe(expected);
  });

  it('RuinedFooocus', () => {
    const text = json({
      Prompt: 'a cat',
      Negative: 'bad',
      steps: 30,
      cfg: 8,
      width: 1152,
      height: 896,
      seed: 12,
      sampler_name: 'dpmpp_2m_sde_gpu',
      scheduler: 'karras',
      base_model_name: 'sd_xl_base.safetensors',
      loras: [['0.5 - ink.safetensors']],
      software: 'RuinedFooocus',
    });
    expect(picturePrompt({ parameters: text })).toEqual({
      program: 'RuinedFooocus',
      text: 'a cat\nNegative prompt: bad\nSteps: 30, Sampler: DPM++ 2M SDE, Schedule type: Karras, CFG scale: 8, Seed: 12, Size: 1152x896, Model: sd_xl_base',
    });
  });

  it('Fooocus in JPEG: UserComment, Software and a MakerNote', () => {
    const text = json({ prompt: 'a cat', negative_prompt: '', lora_combined_1: 'ink : 0.5', clip_skip: 2 });
    expect(block({ UserComment: text, Software: 'Fooocus v2.5.0', MakerNote: 'fooocus' })).toBe(
      'a cat, <lora:ink:0.5>\nClip skip: 2',
    );
  });

  it('InvokeAI 2 and 1', () => {
    const image = {
      prompt: [{ prompt: 'a cat [bad, ugly]', weight: 1 }],
      steps: 30,
      cfg_scale: 7.5,
      seed: 3,
    };
    expect(
      block({ 'sd-metadata': json({ model_weights: 'sd-1.4', image: { ...image, sampler: 'k_euler_a' } }) }),
    ).toBe(
      'a cat\nNegative prompt: bad, ugly\nSteps: 30, Sampler: Euler a, CFG scale: 7.5, Seed: 3, Model: sd-1.4',
    );
    expect(block({ Dream: '"a \\"red\\" cat [bad]" -s 50 -S 42 -W 512 -H 640 -C 7.5 -A k_lms' })).toBe(
      'a "red" cat\nNegative prompt: bad\nSteps: 50, Sampler: LMS, CFG scale: 7.5, Seed: 42, Size: 512x640',
    );
  });

  it('Easy Diffusion, a text a field', () => {
    expect(
      block({
        prompt: 'a cat',
        negative_prompt: 'bad',
        seed: '7',
        use_stable_diffusion_model: 'sd-v1-5',
        use_lora_model: "['ink', 'b']",
        lora_alpha: '[0.5, 1]',
        sampler_name: 'euler_a',
        num_inference_steps: '25',
        guidance_scale: '7.5',
        width: '512',
        height: '768',
        clip_skip: 'True',
      }),
    ).toBe(
      'a cat, <lora:ink:0.5>, <lora:b:1>\nNegative prompt: bad\nSteps: 25, Sampler: Euler a, CFG scale: 7.5, Seed: 7, Size: 512x768, Model: sd-v1-5, Clip skip: 2',
    );
  });

  it('Draw Things, JSON in XMP', () => {
    const inner = json({
      c: 'a "cat" & dog',
      uc: 'bad',
      seed: 5,
      steps: 20,
      scale: 7,
      size: '512x512',
      sampler: 'DPM++ 2M Karras',
      model: 'sd_v1.5_f16.ckpt',
      strength: 1,
      lora: [{ model: 'ink.ckpt', weight: 0.6 }],
    });
    const escaped = inner.replace(/&/g, '&amp;').replace(/"/g, '&quot;');
    expect(
      block({
        'XML:com.adobe.xmp': `<rdf:Description><exif:UserComment><rdf:Alt><rdf:li xml:lang="x-default">${escaped}</rdf:li></rdf:Alt></exif:UserComment></rdf:Description>`,
      }),
    ).toBe(
      'a "cat" & dog, <lora:ink:0.6>\nNegative prompt: bad\nSteps: 20, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 7, Seed: 5, Size: 512x512, Model: sd_v1.5_f16',
    );
  });

  it('Civitai, a graph with extraMetadata', () => {
    const extraMetadata = json({
      prompt: 'a cat',
      negativePrompt: 'bad',
      steps: 25,
      cfgScale: 7,
      sampler: 'Euler a',
      resources: [{ modelVersionId: 1, strength: 0.8 }],
    });
    expect(block({ UserComment: json({ '3': { class_type: 'KSampler', inputs: {} }, extraMetadata }) })).toBe(
      'a cat\nNegative prompt: bad\nSteps: 25, Sampler: Euler a, CFG scale: 7, Civitai resources: "[{\\"modelVersionId\\":1,\\"strength\\":0.8}]"',
    );
  });

  it('the words of infotext are kept, and a comment of a tool is no prompt', () => {
    expect(
      block({ parameters: 'a cat\nSteps: 20', prompt: '{"3":{"class_type":"KSampler","inputs":{}}}' }),
    ).toBe('a cat\nSteps: 20');
    expect(block({ Comment: 'Created with GIMP' })).toBeUndefined();
    expect(block({ Comment: 'CREATOR: gd-jpeg v1.0' })).toBeUndefined();
    expect(block({ Software: 'Adobe Photoshop 27' })).toBeUndefined();
    expect(block({ parameters: '{"unknown": 1}' })).toBeUndefined();
  });

  it('a line of dashes in a prompt begins no other block', () => {
    expect(block({ Dream: '"a cat\n---\nb" -s 5' })).not.toMatch(/^-{3,}/m);
  });
});
