import { concatBytes } from '../png/chunks';

/** Bytes of an Exif block before the comment: header, root directory, Exif directory. */
const COMMENT_OFFSET = 8 + (2 + 12 + 4) + (2 + 12 + 4);
const EXIF_DIRECTORY = 0x8769;
const USER_COMMENT = 0x9286;
const LONG = 4;
const UNDEFINED = 7;

/**
 * Exif data with nothing but a UserComment, as the web UI keeps its parameters in JPEG and WebP files: `UNICODE`, a
 * zero, and UTF-16, all of it big endian. Begins with the byte order mark `MM`.
 */
export function writeUserComment(text: string): Uint8Array {
  const comment = new Uint8Array(8 + text.length * 2);
  comment.set(new TextEncoder().encode('UNICODE'));
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    comment[8 + i * 2] = code >> 8;
    comment[9 + i * 2] = code & 0xff;
  }
  const head = new DataView(new ArrayBuffer(COMMENT_OFFSET));
  head.setUint16(0, 0x4d4d);
  head.setUint16(2, 42);
  head.setUint32(4, 8);
  writeDirectory(head, 8, EXIF_DIRECTORY, LONG, 1, 26);
  writeDirectory(head, 26, USER_COMMENT, UNDEFINED, comment.length, COMMENT_OFFSET);
  return concatBytes([new Uint8Array(head.buffer), comment]);
}

/** A directory of one entry, and no further directory. */
function writeDirectory(
  view: DataView,
  at: number,
  tag: number,
  type: number,
  count: number,
  value: number,
): void {
  view.setUint16(at, 1);
  view.setUint16(at + 2, tag);
  view.setUint16(at + 4, type);
  view.setUint32(at + 6, count);
  view.setUint32(at + 10, value);
}
