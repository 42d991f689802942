const EXIF_MARK = 'Exif\0\0';

/** The Exif data of a JPEG or WebP file, from its byte order mark on. */
export function findExif(bytes: Uint8Array): Uint8Array | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return findInJpeg(bytes);
  if (textAt(bytes, 0, 4) === 'RIFF' && textAt(bytes, 8, 4) === 'WEBP') return findInWebp(bytes);
  return undefined;
}

/** The comment of a GIF file: all parts of its first comment extension, as UTF-8. */
export function readGifComment(bytes: Uint8Array): string | undefined {
  if (!/^GIF8[79]a$/.test(textAt(bytes, 0, 6))) return undefined;
  const start = indexOf(bytes, [0x21, 0xfe]);
  if (start < 0) return undefined;
  const parts: number[] = [];
  for (let at = start + 2; at < bytes.length && bytes[at] !== 0; at += 1 + bytes[at]!)
    parts.push(...bytes.subarray(at + 1, at + 1 + bytes[at]!));
  return new TextDecoder().decode(Uint8Array.from(parts));
}

function findInJpeg(bytes: Uint8Array): Uint8Array | undefined {
  let at = 2;
  while (at + 4 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1]!;
    // Past the start of the scan there are only pixels.
    if (marker === 0xda || marker === 0xd9) return undefined;
    const length = bytes[at + 2]! * 256 + bytes[at + 3]!;
    const data = bytes.subarray(at + 4, at + 2 + length);
    if (marker === 0xe1 && textAt(data, 0, 6) === EXIF_MARK) return data.subarray(EXIF_MARK.length);
    at += 2 + Math.max(length, 2);
  }
  return undefined;
}

function findInWebp(bytes: Uint8Array): Uint8Array | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 12;
  while (at + 8 <= bytes.length) {
    const length = view.getUint32(at + 4, true);
    const data = bytes.subarray(at + 8, at + 8 + length);
    if (textAt(bytes, at, 4) === 'EXIF')
      return textAt(data, 0, 6) === EXIF_MARK ? data.subarray(EXIF_MARK.length) : data;
    at += 8 + length + (length % 2);
  }
  return undefined;
}

function textAt(bytes: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + length));
}

function indexOf(bytes: Uint8Array, pattern: readonly number[]): number {
  for (let i = 0; i + pattern.length <= bytes.length; i++)
    if (pattern.every((byte, k) => bytes[i + k] === byte)) return i;
  return -1;
}
