import { describe, expect, it } from 'vitest';
import { actionsFor, isProblemActionId } from '../../../client/src/generation/problemActions';
import { loraItem } from '../../../client/src/library/loraItem';
import { statusWords } from '../../../client/src/status/words';
import { blockName, duration, modulesOf, percent, twinsOf, weightOf } from '../../../media/preview/words';
import type { LoraFacts } from '../../../server/src/shared/facts';
import { isFromPreview } from '../../../server/src/shared/previewMessages';

describe('the buttons under a problem', () => {
  const ids = (code: string) => actionsFor({ code, message: '', remedy: '' }).map(({ id }) => id);
  it.each([
    ['workspace-not-trusted', ['manageTrust']],
    ['unknown-model', ['useBuiltInModel', 'chooseModelFolder']],
    ['no-model', ['useBuiltInModel', 'chooseModelFolder']],
    ['unknown-lora', ['selectLoraFolder']],
    ['engine-crashed', ['retry', 'restartEngine', 'showLog']],
    ['lora-not-present', ['selectLoraFolder']],
    ['model-not-onnx', ['useBuiltInModel', 'chooseModelFolder']],
    ['server-not-running', ['restartServer', 'showLog']],
    ['unexpected', ['retry', 'showLog']],
    ['bad-lora-weight', []],
    ['lora-shape', []],
  ])('%s', (code, expected) => {
    expect(ids(code)).toEqual(expected);
    expect(expected.every(isProblemActionId)).toBe(true);
  });

  it('are the only ids taken back', () => {
    expect(['constructor', 'toString', '', 'rm'].some(isProblemActionId)).toBe(false);
  });
});

describe('the library in words', () => {
  const facts: LoraFacts = {
    file: {
      name: 'hat',
      relativePath: 'clothes/hat.safetensors',
      path: '/loras/clothes/hat.safetensors',
      source: 'file',
      triggerWords: ['top hat', 'wearing'],
      preferredWeight: 0.8,
    },
    network: {
      status: 'ok',
      kind: 'lora',
      networkType: 'locon',
      architecture: 'sdxl',
      candidates: ['sdxl'],
      reason: '',
      rank: 8,
      modules: {},
    },
  };

  it('says what a file is, fits and answers to', () => {
    expect(loraItem(facts)).toEqual({
      label: '$(symbol-color) hat',
      description: 'sdxl · locon · rank 8',
      detail: 'Trigger words: top hat, wearing · clothes/hat.safetensors',
      tag: '<lora:hat:0.8>',
      path: '/loras/clothes/hat.safetensors',
    });
  });

  it('offers no tag for what cannot be used, and says why', () => {
    const problem = { code: 'x', message: 'The header is cut off.', remedy: 'Download it again.' };
    const item = loraItem({
      file: { ...facts.file, problem },
      network: { ...facts.network, status: 'broken' },
    });
    expect(item.tag).toBeUndefined();
    expect(item.detail).toBe('The header is cut off. Download it again.');
  });

  it.each([
    [
      { folders: ['a'], loras: 1, broken: 0, scanning: false, baseModel: 'demo' },
      'Base model demo. 1 LoRA in 1 folder.',
    ],
    [
      { folders: [], loras: 0, broken: 2, scanning: true },
      'No base model. 0 LoRAs, 2 not usable in 0 folders.',
    ],
  ])('is summed up', (status, detail) => {
    expect(statusWords(status)).toMatchObject({ detail, busy: status.scanning });
  });
});

describe('the page’s words', () => {
  it.each([
    [0.424, '0.42 s'],
    [12.34, '12.3 s'],
    [125, '2 min 5 s'],
    [119.7, '2 min 0 s'],
  ])('%f seconds', (seconds, words) => {
    expect(duration(seconds)).toBe(words);
  });

  it('gives one weight where there is one, two where there are two', () => {
    expect(weightOf({ te: 0.8, unet: 0.8 })).toBe('0.8');
    expect(weightOf({ te: 0, unet: -0.30000001 })).toBe('text 0, image -0.3');
    expect(modulesOf({ applied: 3, total: 4 })).toBe('3 of 4 modules');
  });
});

describe('the door to the extension', () => {
  it('lets in what it knows', () => {
    for (const seed of ['block', 'same', 'new']) expect(isFromPreview({ type: 'generate', seed })).toBe(true);
    for (const type of ['ready', 'cancel', 'save', 'copyInfotext', 'copySeed'])
      expect(isFromPreview({ type })).toBe(true);
    expect(isFromPreview({ type: 'action', id: 'retry' })).toBe(true);
  });

  it('keeps out everything else', () => {
    const junk = [
      null,
      undefined,
      1,
      'ready',
      [],
      {},
      { type: 'run' },
      { type: 'generate', seed: 1 },
      { type: 'action' },
    ];
    expect([...junk, { type: 'action', id: 'x'.repeat(101) }].filter(isFromPreview)).toEqual([]);
  });
});

describe('how much a LoRA changes', () => {
  it.each([
    [1.234, '123 %'],
    [0.183, '18 %'],
    [0.1, '10 %'],
    [0.0237, '2.4 %'],
    [0.0031, '0.31 %'],
    [0, '0.00 %'],
  ])('%f', (ratio, words) => {
    expect(percent(ratio)).toBe(words.replace(' ', '\u00a0'));
  });

  it('is said of blocks by their names, and of encoders in words', () => {
    const names = ['down_blocks.0', 'mid_block', 'text_encoder', 'text_encoder_2', 'input and output'];
    expect(names.map(blockName)).toEqual([
      ...['down_blocks.0', 'mid_block', 'text encoder', 'text encoder 2', 'input and output'],
    ]);
  });

  it('says which two are one', () => {
    expect(twinsOf({ names: ['hat', 'cap'], isOpposite: false })).toBe(
      'hat and cap are the same changes under two names: their weights add up.',
    );
    expect(twinsOf({ names: ['hat', 'bare'], isOpposite: true })).toContain('opposite signs');
  });
});
