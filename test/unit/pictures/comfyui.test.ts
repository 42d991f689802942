import { describe, expect, it } from 'vitest';
import { picturePrompt } from '../../../server/src/language/pictures';

type Node = [type: string, inputs: Record<string, unknown>];

function read(nodes: Record<string, Node>, key = 'prompt') {
  const graph = Object.fromEntries(
    Object.entries(nodes).map(([id, [type, inputs]]) => [id, { class_type: type, inputs }]),
  );
  return picturePrompt({ [key]: JSON.stringify(graph) })?.text;
}

const SAMPLER = { seed: 5, steps: 20, cfg: 7, sampler_name: 'euler', scheduler: 'karras', denoise: 1 };
const END: Record<string, Node> = {
  '8': ['VAEDecode', { samples: ['3', 0], vae: ['4', 2] }],
  '9': ['SaveImage', { images: ['8', 0], filename_prefix: 'x' }],
};

describe("ComfyUI's graphs", () => {
  it('a chain of LoRAs, clip skip, an embedding, a linked text and a linked seed', () => {
    expect(
      read({
        '1': ['PrimitiveString', { value: 'a (cat:1.2), embedding:easynegative.pt' }],
        '2': ['CLIPSetLastLayer', { stop_at_clip_layer: -2, clip: ['12', 1] }],
        '3': [
          'KSampler',
          {
            ...SAMPLER,
            seed: ['20', 0],
            model: ['12', 0],
            positive: ['6', 0],
            negative: ['7', 0],
            latent_image: ['5', 0],
          },
        ],
        '4': ['CheckpointLoaderSimple', { ckpt_name: 'SD15\\anything.v5.safetensors' }],
        '5': ['EmptyLatentImage', { width: 512, height: 768, batch_size: 1 }],
        '6': ['CLIPTextEncode', { text: ['1', 0], clip: ['2', 0] }],
        '7': ['CLIPTextEncode', { text: 'bad', clip: ['2', 0] }],
        '11': [
          'LoraLoader',
          {
            lora_name: 'styles\\ink.safetensors',
            strength_model: 0.8,
            strength_clip: 0.5,
            model: ['4', 0],
            clip: ['4', 1],
          },
        ],
        '12': [
          'LoraLoader',
          {
            lora_name: 'b.safetensors',
            strength_model: 1,
            strength_clip: 1,
            model: ['11', 0],
            clip: ['11', 1],
          },
        ],
        '20': ['Seed (rgthree)', { seed: 99 }],
        ...END,
      }),
    ).toBe(
      'a (cat:1.2), easynegative, <lora:ink:0.5:0.8>, <lora:b:1>\nNegative prompt: bad\nSteps: 20, Sampler: Euler, Schedule type: Karras, CFG scale: 7, Seed: 99, Size: 512x768, Model: anything.v5, Clip skip: 2',
    );
  });

  it('SamplerCustomAdvanced with guider, noise and sigmas, as for Flux', () => {
    expect(
      read({
        '3': [
          'SamplerCustomAdvanced',
          {
            noise: ['30', 0],
            guider: ['31', 0],
            sampler: ['32', 0],
            sigmas: ['33', 0],
            latent_image: ['5', 0],
          },
        ],
        '5': ['EmptySD3LatentImage', { width: 1024, height: 1024, batch_size: 1 }],
        '6': ['CLIPTextEncode', { text: 'a cat', clip: ['40', 0] }],
        '30': ['RandomNoise', { noise_seed: 123456789012345 }],
        '31': ['BasicGuider', { model: ['41', 0], conditioning: ['34', 0] }],
        '32': ['KSamplerSelect', { sampler_name: 'euler' }],
        '33': ['BasicScheduler', { scheduler: 'simple', steps: 25, denoise: 1, model: ['41', 0] }],
        '34': ['FluxGuidance', { guidance: 3.5, conditioning: ['6', 0] }],
        '40': ['DualCLIPLoader', { clip_name1: 't5.safetensors', clip_name2: 'l.safetensors' }],
        '41': ['UNETLoader', { unet_name: 'flux1-dev.safetensors' }],
        '42': ['VAELoader', { vae_name: 'ae.safetensors' }],
        '8': ['VAEDecode', { samples: ['3', 0], vae: ['42', 0] }],
        '9': ['SaveImage', { images: ['8', 0] }],
      }),
    ).toBe(
      'a cat\nSteps: 25, Sampler: Euler, Schedule type: Simple, CFG scale: 1, Seed: 123456789012345, Size: 1024x1024, Model: flux1-dev, VAE: ae, Distilled CFG Scale: 3.5',
    );
  });

  it('two passes: the first sampler counts', () => {
    const common = { model: ['4', 0], positive: ['6', 0], negative: ['7', 0] };
    expect(
      read({
        '2': ['KSampler', { ...SAMPLER, ...common, seed: 1, latent_image: ['5', 0] }],
        '3': ['KSampler', { ...SAMPLER, ...common, seed: 2, denoise: 0.5, latent_image: ['10', 0] }],
        '4': ['CheckpointLoaderSimple', { ckpt_name: 'm.ckpt' }],
        '5': ['EmptyLatentImage', { width: 512, height: 512, batch_size: 1 }],
        '6': ['CLIPTextEncode', { text: 'a', clip: ['4', 1] }],
        '7': ['CLIPTextEncode', { text: 'b', clip: ['4', 1] }],
        '10': ['LatentUpscale', { samples: ['2', 0], width: 1024, height: 1024 }],
        ...END,
      }),
    ).toContain('Seed: 1, Size: 512x512');
  });

  it('ControlNet passes both prompts on, combine and concatenate join them', () => {
    const text = read({
      '3': [
        'KSampler',
        { ...SAMPLER, model: ['4', 0], positive: ['50', 0], negative: ['50', 1], latent_image: ['5', 0] },
      ],
      '4': ['CheckpointLoaderSimple', { ckpt_name: 'm.ckpt' }],
      '5': ['EmptyLatentImage', { width: 512, height: 512 }],
      '6': ['CLIPTextEncode', { text: 'a', clip: ['4', 1] }],
      '7': ['CLIPTextEncode', { text: 'b', clip: ['4', 1] }],
      '16': ['CLIPTextEncode', { text: 'c', clip: ['4', 1] }],
      '17': ['CLIPTextEncode', { text: 'd', clip: ['4', 1] }],
      '50': ['ControlNetApplyAdvanced', { positive: ['51', 0], negative: ['7', 0], strength: 1 }],
      '51': ['ConditioningCombine', { conditioning_1: ['52', 0], conditioning_2: ['17', 0] }],
      '52': ['ConditioningConcat', { conditioning_from: ['16', 0], conditioning_to: ['6', 0] }],
      ...END,
    });
    expect(text).toBe(
      'a\nBREAK\nc\nAND d\nNegative prompt: b\nSteps: 20, Sampler: Euler, Schedule type: Karras, CFG scale: 7, Seed: 5, Size: 512x512, Model: m',
    );
  });

  it('stacks of LoRAs of common extensions', () => {
    const graph = (loader: Node): Record<string, Node> => ({
      '3': ['KSampler', { ...SAMPLER, model: ['11', 0], positive: ['6', 0], latent_image: ['5', 0] }],
      '4': ['CheckpointLoaderSimple', { ckpt_name: 'm.ckpt' }],
      '5': ['EmptyLatentImage', { width: 64, height: 64 }],
      '6': ['CLIPTextEncode', { text: 'a', clip: ['4', 1] }],
      '11': loader,
      ...END,
    });
    expect(
      read(
        graph([
          'Power Lora Loader (rgthree)',
          {
            model: ['4', 0],
            lora_1: { on: true, lora: 'ink.safetensors', strength: 0.7 },
            lora_2: { on: false, lora: 'off.safetensors', strength: 1 },
          },
        ]),
      ),
    ).toContain('a, <lora:ink:0.7>\n');
    expect(
      read(
        graph([
          'LoRA Stacker',
          {
            model: ['4', 0],
            lora_count: 1,
            lora_name_1: 'ink.safetensors',
            lora_wt_1: 0.6,
            lora_name_2: 'b.safetensors',
            lora_wt_2: 1,
          },
        ]),
      ),
    ).toContain('a, <lora:ink:0.6>\n');
  });

  it("the front end's file alone, and NaN as Python writes it", () => {
    const workflow = {
      nodes: [
        {
          id: 3,
          type: 'KSampler',
          inputs: [
            { name: 'model', link: 1 },
            { name: 'positive', link: 2 },
            { name: 'negative', link: 3 },
            { name: 'latent_image', link: 4 },
          ],
          widgets_values: [77, 'randomize', 20, 8, 'euler', 'normal', 1],
        },
        { id: 4, type: 'CheckpointLoaderSimple', widgets_values: ['sd15.safetensors'] },
        { id: 5, type: 'EmptyLatentImage', widgets_values: [640, 512, 1] },
        { id: 6, type: 'CLIPTextEncode', inputs: [{ name: 'clip', link: 5 }], widgets_values: ['a cat'] },
        { id: 7, type: 'CLIPTextEncode', inputs: [{ name: 'clip', link: 6 }], widgets_values: ['bad'] },
      ],
      links: [
        [1, 4, 0, 3, 0, 'MODEL'],
        [2, 6, 0, 3, 1, 'CONDITIONING'],
        [3, 7, 0, 3, 2, 'CONDITIONING'],
        [4, 5, 0, 3, 3, 'LATENT'],
      ],
    };
    const expected =
      'a cat\nNegative prompt: bad\nSteps: 20, Sampler: Euler, Schedule type: Normal, CFG scale: 8, Seed: 77, Size: 640x512, Model: sd15';
    expect(picturePrompt({ workflow: JSON.stringify(workflow) })?.text).toBe(expected);
    const withNaN = JSON.stringify({ ...workflow, extra: 'X' }).replace('"X"', 'NaN');
    expect(picturePrompt({ workflow: withNaN })?.text).toBe(expected);
  });

  it('circles and missing nodes end without a prompt or with what is known', () => {
    expect(
      read({
        '3': ['KSampler', { ...SAMPLER, model: ['3', 0], positive: ['3', 0], latent_image: ['9', 0] }],
      }),
    ).toBeDefined();
    expect(read({ '1': ['LoadImage', { image: 'x.png' }] })).toBeUndefined();
  });
});
