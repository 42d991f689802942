import { readChunks } from '../png/chunks';
import { type Decompress, readPngText } from '../png/text';
import { withoutMark } from './containers';

/**
 * Exif data of a PNG file, from its byte order mark on: the chunk `eXIf`, else the hexadecimal text that ImageMagick
 * writes as `Raw profile type exif` (or `APP1`).
 */
export function readPngExif(bytes: Uint8Array, inflate: Decompress): Uint8Array | undefined {
  for (const { type, data } of readChunks(bytes)) if (type === 'eXIf') return withoutMark(data);
  const texts = readPngText(bytes, inflate);
  const raw = texts['Raw profile type exif'] ?? texts['Raw profile type APP1'];
  const digits = /^\s*\w+\s+\d+\s+([0-9a-f\s]*)$/i.exec(raw ?? '')?.[1]?.replace(/\s+/g, '');
  if (!digits) return undefined;
  const data = Uint8Array.from({ length: digits.length >> 1 }, (_, i) =>
    Number.parseInt(digits.slice(i * 2, i * 2 + 2), 16),
  );
  return withoutMark(data);
}
