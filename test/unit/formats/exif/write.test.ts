import { describe, expect, it } from 'vitest';
import {
  insertExifIntoJpeg,
  insertExifIntoWebp,
  readExifTexts,
  readJpeg,
  readWebp,
  writeUserComment,
} from '../../../../server/src/formats/exif';

const TEXTS = ['a cat\nSteps: 20, Seed: 1', '', 'häuser – 1个女孩 🏠', 'x'.repeat(3000)];

describe('a user comment', () => {
  it.each(TEXTS)('reads back: %s', (text) => {
    expect(readExifTexts(writeUserComment(text)).UserComment ?? '').toBe(text);
  });

  it('lies in the bytes as the web UI has it: big endian throughout', () => {
    const hex = Buffer.from(writeUserComment('aé')).toString('hex');
    expect(hex).toBe(
      [
        '4d4d002a00000008', // MM, 42, the root directory at 8
        '0001876900040000000100' + '00001a00000000', // the Exif directory at 26
        '0001928600070000000c00' + '00002c00000000', // 12 bytes of comment at 44
        '554e49434f444500', // UNICODE
        '006100e9',
      ].join(''),
    );
  });
});

const jfif = Buffer.from('ffd8ffe000104a46494600010100000100010000ffd9', 'hex');
const bare = Buffer.from('ffd8ffd9', 'hex');

describe('in a JPEG file', () => {
  it.each(TEXTS)('is found again: %s', (text) => {
    for (const file of [jfif, bare]) {
      const made = insertExifIntoJpeg(file, writeUserComment(text));
      if (!made.ok) throw new Error(made.problem.message);
      expect(readExifTexts(readJpeg(made.value).exif!).UserComment ?? '').toBe(text);
      expect(Buffer.from(made.value.subarray(-2)).toString('hex')).toBe('ffd9');
    }
  });

  it('stands behind the JFIF header', () => {
    const made = insertExifIntoJpeg(jfif, writeUserComment('a'));
    expect(made.ok && Buffer.from(made.value.subarray(0, 26)).toString('latin1')).toBe(
      `${jfif.subarray(0, 20).toString('latin1')}\xff\xe1\x00\x3eEx`,
    );
  });

  it('has an end', () => {
    expect(insertExifIntoJpeg(jfif, writeUserComment('x'.repeat(32_737))).ok).toBe(true);
    expect(insertExifIntoJpeg(jfif, writeUserComment('x'.repeat(32_738)))).toMatchObject({
      ok: false,
      problem: { code: 'parameters-too-long' },
    });
  });
});

describe('in a WebP file', () => {
  const simple = Buffer.from('524946460e000000574542505650384c020000002f00', 'hex');
  it.each([...TEXTS, 'x'.repeat(100_000)])('is found again: %s', (text) => {
    const made = insertExifIntoWebp(simple, { width: 700, height: 300 }, writeUserComment(text));
    expect(readExifTexts(readWebp(made).exif!).UserComment ?? '').toBe(text);
  });

  it('comes with an extended header that says so, and true lengths', () => {
    const made = Buffer.from(insertExifIntoWebp(simple, { width: 700, height: 300 }, Uint8Array.of(1, 2, 3)));
    expect(made.readUInt32LE(4)).toBe(made.length - 8);
    expect(made.subarray(8, 30).toString('hex')).toBe('57454250565038580a00000008000000bb02002b0100');
    expect(made.subarray(30, 40)).toEqual(simple.subarray(12));
    expect(made.subarray(40).toString('hex')).toBe('455849460300000001020300');
  });
});
