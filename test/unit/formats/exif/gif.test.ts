import { expect, it } from 'vitest';
import { readGifComment } from '../../../../server/src/formats/exif';

const HEADER = [...Buffer.from('GIF89a'), 1, 0, 1, 0];
const COMMENT = [0x21, 0xfe, 3, 0x61, 0x62, 0x63, 2, 0x64, 0x65, 0];
const IMAGE = [0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x4c, 0x01, 0];
const text = (bytes: number[]) => {
  const comment = readGifComment(Uint8Array.from(bytes));
  return comment && Buffer.from(comment).toString();
};

it('walks the blocks: a palette or pixels with the bytes of a comment are none', () => {
  const palette = [0x21, 0xfe, 1, 0x41, 0, 0];
  const logical = [0x80, 0, 0];
  expect(text([...HEADER, ...logical, ...palette, ...IMAGE, 0x3b])).toBeUndefined();
  expect(text([...HEADER, ...logical, ...palette, ...COMMENT, ...IMAGE, 0x3b])).toBe('abcde');
  expect(text([...HEADER, 0, 0, 0, ...IMAGE, ...COMMENT, 0x3b])).toBe('abcde');
  expect(text([...HEADER, 0, 0, 0, 0x21, 0xf9, 4, 0, 0, 0, 0, 0, ...COMMENT])).toBe('abcde');
});

it('ends at a file that is cut off', () => {
  const whole = [...HEADER, 0, 0, 0, ...IMAGE, ...COMMENT];
  for (let end = 0; end < whole.length; end++) expect(() => text(whole.slice(0, end))).not.toThrow();
});
