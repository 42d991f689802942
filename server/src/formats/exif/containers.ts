const EXIF_MARK = 'Exif\0\0';
const XMP_MARK = 'http://ns.adobe.com/xap/1.0/\0';

/** What a container holds beside the pixels. */
export interface Metadata {
  /** Exif data from its byte order mark on. */
  readonly exif?: Uint8Array | undefined;
  /** An XMP packet. */
  readonly xmp?: Uint8Array | undefined;
  /** A comment of the format's own: COM in JPEG, the comment extension in GIF. */
  readonly comment?: Uint8Array | undefined;
}

/** Segments of a JPEG file up to the pixels. */
export function readJpeg(bytes: Uint8Array): Metadata {
  const found: { -readonly [K in keyof Metadata]: Metadata[K] } = {};
  let at = 2;
  while (at + 4 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1]!;
    // Fill bytes may stand before a marker.
    if (marker === 0xff) {
      at++;
      continue;
    }
    // Past the start of the scan there are only pixels.
    if (marker === 0xda || marker === 0xd9) break;
    const length = bytes[at + 2]! * 256 + bytes[at + 3]!;
    const data = bytes.subarray(at + 4, at + 2 + length);
    if (marker === 0xe1 && textAt(data, 0, 6) === EXIF_MARK) found.exif ??= data.subarray(EXIF_MARK.length);
    else if (marker === 0xe1 && textAt(data, 0, XMP_MARK.length) === XMP_MARK)
      found.xmp ??= data.subarray(XMP_MARK.length);
    else if (marker === 0xfe) found.comment ??= data;
    at += 2 + Math.max(length, 2);
  }
  return found;
}

/** Chunks of a WebP file. */
export function readWebp(bytes: Uint8Array): Metadata {
  const found: { -readonly [K in keyof Metadata]: Metadata[K] } = {};
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 12;
  while (at + 8 <= bytes.length) {
    const length = view.getUint32(at + 4, true);
    const data = bytes.subarray(at + 8, at + 8 + length);
    const type = textAt(bytes, at, 4);
    if (type === 'EXIF') found.exif ??= withoutMark(data);
    else if (type === 'XMP ') found.xmp ??= data;
    at += 8 + length + (length % 2);
  }
  return found;
}

/** Exif data without the mark that JPEG puts in front, and some programs everywhere. */
export function withoutMark(data: Uint8Array): Uint8Array {
  return textAt(data, 0, 6) === EXIF_MARK ? data.subarray(EXIF_MARK.length) : data;
}

/** Bytes as Latin-1. */
export function textAt(bytes: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + length));
}
