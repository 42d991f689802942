import { deflateSync, inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readPictureText } from '../../../../server/src/formats/pictureText';
import { encodePng } from '../../../../server/src/formats/png';

const read = (bytes: Uint8Array) => readPictureText(bytes, (packed) => inflateSync(packed)).parameters;
const bytes = (text: string) => Buffer.from(text, 'latin1');

function comment(encoding: string, text: string, isLittleText: boolean): Buffer {
  const utf16 = Buffer.from(text, 'utf16le');
  const body = encoding === 'UNICODE' ? (isLittleText ? utf16 : utf16.swap16()) : Buffer.from(text, 'utf8');
  return Buffer.concat([bytes(encoding.padEnd(8, '\0')), body]);
}

/** Exif data with a UserComment behind one other entry. */
function exif(value: Buffer, isLittle: boolean): Buffer {
  const short = (number: number) => {
    const buffer = Buffer.alloc(2);
    isLittle ? buffer.writeUInt16LE(number) : buffer.writeUInt16BE(number);
    return buffer;
  };
  const long = (number: number) => {
    const buffer = Buffer.alloc(4);
    isLittle ? buffer.writeUInt32LE(number) : buffer.writeUInt32BE(number);
    return buffer;
  };
  const entry = (tag: number, type: number, count: number, at: number) =>
    Buffer.concat([short(tag), short(type), long(count), long(at)]);
  return Buffer.concat([
    bytes(isLittle ? 'II' : 'MM'),
    short(42),
    long(8),
    short(2),
    entry(0x0100, 4, 1, 512),
    entry(0x8769, 4, 1, 38),
    long(0),
    short(1),
    entry(0x9286, 7, value.length, 56),
    long(0),
    value,
  ]);
}

function jpeg(data: Buffer): Buffer {
  const segment = (marker: number, body: Buffer) => {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(body.length + 2);
    return Buffer.concat([Buffer.from([0xff, marker]), length, body]);
  };
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    segment(0xe0, bytes('JFIF\0\x01\x01\0\0\x01\0\x01\0\0')),
    segment(0xe1, bytes('http://ns.adobe.com/xap/1.0/\0<x/>')),
    segment(0xe1, Buffer.concat([bytes('Exif\0\0'), data])),
    segment(0xda, Buffer.alloc(4)),
  ]);
}

function webp(data: Buffer): Buffer {
  const chunk = (type: string, body: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(body.length);
    return Buffer.concat([bytes(type), length, body, Buffer.alloc(body.length % 2)]);
  };
  const body = Buffer.concat([bytes('WEBP'), chunk('VP8 ', Buffer.alloc(5)), chunk('EXIF', data)]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(body.length);
  return Buffer.concat([bytes('RIFF'), length, body]);
}

const TEXT = 'a cat, 线稿\nSteps: 20, Sampler: Euler, Seed: 1';
const ENCODINGS: [string, boolean, boolean][] = [
  ['UNICODE', false, false],
  ['UNICODE', true, false],
  ['UNICODE', false, true],
  ['UNICODE', true, true],
  ['ASCII', false, true],
  ['', true, false],
];

describe('text of a picture', () => {
  it.each(ENCODINGS)(
    'UserComment %j, little-endian text: %s, little-endian Exif: %s',
    (encoding, text, tiff) => {
      const data = exif(comment(encoding, TEXT, text), tiff);
      expect(read(jpeg(data))).toBe(TEXT);
      expect(read(webp(data))).toBe(TEXT);
      expect(read(webp(Buffer.concat([bytes('Exif\0\0'), data])))).toBe(TEXT);
    },
  );

  it('reads PNG and GIF', () => {
    const png = encodePng(
      { width: 1, height: 1, rgb: new Uint8Array(3), text: { parameters: TEXT } },
      deflateSync,
    );
    expect(read(png)).toBe(TEXT);
    const part = Buffer.from('a cat, 猫');
    const gif = Buffer.concat([
      bytes('GIF89a'),
      Buffer.alloc(7),
      bytes('!\xfe'),
      Buffer.from([part.length]),
      part,
      Buffer.alloc(1),
    ]);
    expect(read(gif)).toBe('a cat, 猫');
  });

  it('gives nothing for files without text, of other kinds, or cut off', () => {
    const whole = jpeg(exif(comment('UNICODE', TEXT, false), true));
    for (let end = 0; end < whole.length; end++) expect(() => read(whole.subarray(0, end))).not.toThrow();
    expect(read(jpeg(bytes('XX')))).toBeUndefined();
    expect(read(Buffer.alloc(0))).toBeUndefined();
    expect(read(bytes('RIFF\0\0\0\0WAVE'))).toBeUndefined();
  });
});
