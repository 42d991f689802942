import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readPicturePrompt } from '../../../server/src/workspace/picturePrompt';

const read = (name: string) => {
  const result = readPicturePrompt(readFileSync(`test/golden/pictures/${name}`), name);
  if (!result.ok) throw new Error(result.problem.message);
  return result.value;
};

const WEB_UI =
  'a cat, 线稿, <lora:x:0.8>\nNegative prompt: bad\nSteps: 20, Sampler: Euler, CFG scale: 7, Seed: 42, Size: 512x768';

describe('infotext in every container', () => {
  it.each([
    ['JPEG, UserComment in UTF-16 big endian', 'usercomment-be.jpg'],
    ['WebP, UserComment in UTF-16 little endian', 'usercomment-le.webp'],
    ['PNG, chunk eXIf', 'exif-chunk.png'],
    ['JPEG, COM', 'com.jpg'],
    ['GIF, comment', 'comment.gif'],
    ['JPEG XL, Exif packed with Brotli', 'usercomment.jxl'],
    ['PNG, alpha channel', 'stealth-a1111.png'],
  ])('%s', (_, name) => {
    expect(read(name)).toEqual({ text: WEB_UI });
  });

  it('AVIF', () => {
    expect(read('ad-a1111.avif').text).toMatch(/^a cat, <lora:x:0\.8>\nNegative prompt: bad\nSteps: 20, /);
  });
});

describe('pictures of other programs', () => {
  it.each([
    [
      'ad-comfy-api.png',
      'ComfyUI',
      'a cat\nNegative prompt: bad\nSteps: 20, Sampler: Euler, Schedule type: Normal, CFG scale: 7, Seed: 5, Size: 512x512, Model: sd15',
    ],
    [
      'comfy.png',
      'ComfyUI',
      'beautiful scenery\nNegative prompt: text, watermark\nSteps: 20, Sampler: Euler, Schedule type: Normal, CFG scale: 8, Seed: 5, Model: sd15',
    ],
    [
      'comfy-exif.webp',
      'ComfyUI',
      'beautiful scenery\nNegative prompt: text, watermark\nSteps: 20, Sampler: Euler, Schedule type: Normal, CFG scale: 8, Seed: 5, Model: sd15',
    ],
    [
      'ad-fooocus.png',
      'Fooocus',
      'a cat\nNegative prompt: bad\nSteps: 30, Sampler: DPM++ 2M, Seed: 1, Model: x',
    ],
    [
      'fooocus_json.png',
      'Fooocus',
      'a lighthouse at dusk, <lora:sd_xl_offset_example-lora_1.0:0.1>\nSteps: 30, Sampler: DPM++ 2M SDE, Schedule type: Karras, CFG scale: 4, Seed: 987, Size: 1152x896, Model: juggernautXL_v8Rundiffusion',
    ],
    [
      'ad-invokeai.png',
      'InvokeAI',
      'a cat\nNegative prompt: bad\nSteps: 20, Sampler: Euler, CFG scale: 7, Seed: 1, Size: 512x512, Model: sd15',
    ],
    [
      'invoke.png',
      'InvokeAI',
      'dark painting, <lora:detail:0.7>\nNegative prompt: frame\nSteps: 50, Sampler: Euler, CFG scale: 15, Seed: 155, Size: 832x1216, Model: someXL_v10',
    ],
    [
      'ad-novelai.png',
      'NovelAI',
      'a cat,\ngirl, red\nNegative prompt: bad\nSteps: 28, Sampler: Euler, CFG scale: 5, Seed: 1',
    ],
    [
      'nai.png',
      'NovelAI',
      '1girl, {smile}, [hat]\nNegative prompt: lowres, bad anatomy\nSteps: 28, Sampler: Euler a, CFG scale: 11, Seed: 123',
    ],
    [
      'stealth-novelai.png',
      'NovelAI',
      'a cat\nNegative prompt: bad\nSteps: 28, Sampler: Euler a, Schedule type: Karras, CFG scale: 5, Seed: 7, Size: 832x1216',
    ],
    [
      'mochi.png',
      'Mochi Diffusion',
      'girl with red hair\nSteps: 50, Sampler: DPM++ 2M, CFG scale: 4, Seed: 3483, Size: 512x512, Model: anything-v4.5',
    ],
  ])('%s', (name, program, text) => {
    expect(read(name)).toEqual({ text, program });
  });

  it('real-novelai.png', () => {
    const { text, program } = read('real-novelai.png');
    expect(program).toBe('NovelAI');
    expect(text.split('\n')[0]).toBe('masterpiece, best quality,  cat, space, icon');
    expect(text).toContain('\nSteps: 50, Sampler: Euler a, CFG scale: 10, Seed: 2253955223');
  });
});
