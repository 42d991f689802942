import { describe, expect, it } from 'vitest';
import { appendedBlock, freeName, isPictureName } from '../../../client/src/preview/dropped';
import { isFromPreview, MAX_DROPPED_BYTES } from '../../../server/src/shared/previewMessages';

describe('a dropped file', () => {
  it.each([
    ['cat.png', true],
    ['cat.PNG', true],
    ['a.b.webp', true],
    ['cat.gif', false],
    ['cat.png.safetensors', false],
  ])('%s is a picture: %s', (name, expected) => {
    expect(isPictureName(name)).toBe(expected);
  });

  it.each([
    ['cat.png', [], 'cat.png'],
    ['cat.png', ['cat.png'], 'cat-2.png'],
    ['Cat.png', ['cat.png', 'cat-2.png'], 'Cat-3.png'],
    ['../../etc/cat.png', [], 'cat.png'],
    ['C:\\a\\c:at?.png', [], 'c_at_.png'],
    ['..png', [], 'png'],
  ])('%s beside %j is kept as %s', (name, taken, expected) => {
    expect(freeName(name, new Set(taken))).toBe(expected);
  });

  it('is believed only in the two forms it has', () => {
    const bytes = new Uint8Array(3);
    expect(isFromPreview({ type: 'drop', uri: 'file:///a.png' })).toBe(true);
    expect(isFromPreview({ type: 'drop', name: 'a.png', bytes })).toBe(true);
    for (const wrong of [
      { type: 'drop' },
      { type: 'drop', uri: 7 },
      { type: 'drop', uri: 'x'.repeat(20_000) },
      { type: 'drop', name: 'a.png' },
      { type: 'drop', name: 'a.png', bytes: [1, 2] },
      { type: 'drop', name: 'x'.repeat(300), bytes },
      { type: 'drop', name: 'a.png', bytes: new Uint8Array(MAX_DROPPED_BYTES + 1) },
    ])
      expect(isFromPreview(wrong)).toBe(false);
  });
});

describe('an imported block', () => {
  it.each([
    ['', 'a cat\n'],
    ['  \n', 'a cat\n'],
    ['a dog', '\n---\na cat\n'],
    ['a dog\n', '---\na cat\n'],
    ['a dog\n---', '\na cat\n'],
    ['a dog\n---\n\n', 'a cat\n'],
  ])('behind %j is %j', (document, expected) => {
    expect(appendedBlock(document, 'a cat')).toBe(expected);
  });
});
