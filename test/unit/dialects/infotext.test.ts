import { describe, expect, it } from 'vitest';
import { readCivitaiInfotext } from '../../../server/src/language/dialects/civitai/infotext';
import { readSdParsersInfotext } from '../../../server/src/language/dialects/sdParsers/infotext';

describe('readCivitaiInfotext', () => {
  it('reads JSON values, resources named by AIR and hashes', () => {
    const read = readCivitaiInfotext(
      'a <lora:x:0.5>\nSteps: 5, Size: 64x96, Hashes: {"model": "ab"}, Civitai resources: [{"air":"urn:air:sdxl:lora:civitai:1@23","weight":0.7},{"type":"checkpoint","modelVersionId":4}], Civitai metadata: {"remixOfId": 1, "s": "}]"}',
    );
    expect(read).toMatchObject({
      prompt: 'a <lora:x:0.5>',
      steps: '5',
      width: 64,
      height: 96,
      hashes: { model: 'ab' },
      extra: { remixOfId: 1, s: '}]' },
      civitaiResources: [
        { type: 'lora', modelVersionId: 23, weight: 0.7 },
        { type: 'checkpoint', modelVersionId: 4 },
      ],
      resources: [{ type: 'lora', name: 'x', weight: 0.5 }],
    });
  });

  it('keeps `Hires steps` apart from `Steps`', () => {
    const read = readCivitaiInfotext(
      'a\nNegative prompt: b\nSteps: 30, Seed: 1, Hires steps: 15, Hires upscaler: Latent',
    );
    expect(read).toMatchObject({
      negativePrompt: 'b',
      steps: '30',
      'Hires steps': '15',
      'Hires upscaler': 'Latent',
    });
  });

  it('takes broken JSON and long runs of separators in its stride', () => {
    expect(readCivitaiInfotext('a\nSteps: 5, Civitai metadata: {"x": ').steps).toBe('5');
    expect(readCivitaiInfotext(`x${', '.repeat(50_000)}Steps: 5`).steps).toBe('5');
  });
});

describe('readSdParsersInfotext', () => {
  it('cuts the hashes out before it splits', () => {
    const read = readSdParsersInfotext(
      'duck\nSteps: 15, Sampler: UniPC, CFG scale: 5, Size: 5x4, Hashes: {"vae": "c6", "model": "c0"}',
    );
    expect(read?.metadata).toEqual({ Size: '5x4', Hashes: { vae: 'c6', model: 'c0' } });
  });

  it('finds nothing without a sampler', () => {
    expect(readSdParsersInfotext('a cat')).toBeUndefined();
  });
});
