import { decodeComment } from './userComment';

const EXIF_DIRECTORY = 0x8769;
/** Bytes of one entry of a directory. */
const ENTRY = 12;
/** A directory of more entries is damaged. */
const MAX_ENTRIES = 1000;

/** Tags that programs keep prompts in (Exif 2.32, and Windows' own). */
const TAGS: Readonly<Record<number, string>> = {
  270: 'ImageDescription',
  271: 'Make',
  272: 'Model',
  305: 'Software',
  37500: 'MakerNote',
  37510: 'UserComment',
  40092: 'XPComment',
};
const BYTE_LENGTHS: Readonly<Record<number, number>> = { 1: 1, 2: 1, 6: 1, 7: 1 };

/**
 * The texts of Exif data by tag: of the first directory and of its Exif directory. Damaged data gives what can be read.
 *
 * @param tiff the data, beginning with `II` or `MM`
 */
export function readExifTexts(tiff: Uint8Array): Record<string, string> {
  const texts: Record<string, string> = {};
  const order = String.fromCharCode(tiff[0] ?? 0, tiff[1] ?? 0);
  if (order !== 'II' && order !== 'MM') return texts;
  const isLittle = order === 'II';
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  const long = (at: number) => (at + 4 <= tiff.length ? view.getUint32(at, isLittle) : 0);
  const short = (at: number) => (at + 2 <= tiff.length ? view.getUint16(at, isLittle) : 0);
  const readDirectory = (at: number, isInner: boolean): void => {
    const count = Math.min(short(at), MAX_ENTRIES);
    for (let i = 0; i < count; i++) {
      const entry = at + 2 + i * ENTRY;
      if (entry + ENTRY > tiff.length) return;
      const tag = short(entry);
      if (tag === EXIF_DIRECTORY && !isInner) readDirectory(long(entry + 8), true);
      const name = TAGS[tag];
      const width = BYTE_LENGTHS[short(entry + 2)];
      if (name === undefined || width === undefined) continue;
      const length = long(entry + 4) * width;
      const start = length <= 4 ? entry + 8 : long(entry + 8);
      if (start + length > tiff.length) continue;
      const text = decodeTag(name, tiff.subarray(start, start + length), isLittle);
      if (text !== '') texts[name] ??= text;
    }
  };
  readDirectory(long(4), false);
  return texts;
}

function decodeTag(name: string, bytes: Uint8Array, isLittle: boolean): string {
  if (name === 'UserComment') return decodeComment(bytes, isLittle);
  const encoding = name === 'XPComment' ? 'utf-16le' : 'utf-8';
  return new TextDecoder(encoding).decode(bytes).replace(/\0+$/, '');
}
