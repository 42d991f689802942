import { concatBytes } from '../png/chunks';
import type { Decompress } from '../png/text';
import { type Metadata, textAt, withoutMark } from './containers';

/** A box of an ISO base media file (ISO/IEC 14496-12), which AVIF, HEIF and JPEG XL are made of. */
interface Box {
  readonly type: string;
  readonly data: Uint8Array;
}

const EXIF = 'Exif';
const XMP_TYPE = 'application/rdf+xml';

/** Exif and XMP of an AVIF or HEIF file: items that `iinf` names and `iloc` places (ISO/IEC 23008-12). */
export function readHeif(bytes: Uint8Array): Metadata {
  const meta = boxes(bytes).find(({ type }) => type === 'meta');
  if (!meta) return {};
  const inner = boxes(meta.data.subarray(4));
  const named = (type: string) => inner.find((box) => box.type === type)?.data;
  const items = itemTypes(named('iinf'));
  const places = itemPlaces(named('iloc'), bytes, named('idat'));
  const dataOf = (kind: string) => {
    for (const [id, type] of items) if (type === kind) return places.get(id);
    return undefined;
  };
  return { exif: exifItem(dataOf(EXIF)), xmp: dataOf(XMP_TYPE) };
}

/**
 * Exif and XMP of a JPEG XL file with a container; a bare codestream holds neither. Boxes that are packed with Brotli are
 * unpacked where `brotli` is given.
 */
export function readJxl(bytes: Uint8Array, brotli?: Decompress): Metadata {
  let exif: Uint8Array | undefined;
  let xmp: Uint8Array | undefined;
  for (const box of boxes(bytes)) {
    const { type, data } = box.type === 'brob' ? unpacked(box, brotli) : box;
    if (type === EXIF) exif ??= exifItem(data);
    else if (type === 'xml ') xmp ??= data;
  }
  return { exif, xmp };
}

/** Whether a file begins with the box of JPEG XL. */
export function isJxl(bytes: Uint8Array): boolean {
  return textAt(bytes, 4, 8) === 'JXL \r\n\x87\n' || (bytes[0] === 0xff && bytes[1] === 0x0a);
}

/** Whether a file's brands are those of AVIF or HEIF. */
export function isHeif(bytes: Uint8Array): boolean {
  return textAt(bytes, 4, 4) === 'ftyp' && /^(avif|avis|mif1|msf1|heic|heix|hevc)$/.test(textAt(bytes, 8, 4));
}

function unpacked({ data }: Box, brotli?: Decompress): Box {
  try {
    return { type: textAt(data, 0, 4), data: brotli ? brotli(data.subarray(4)) : new Uint8Array(0) };
  } catch {
    return { type: '', data };
  }
}

/** Exif data behind the four bytes that say where its header begins. */
function exifItem(data: Uint8Array | undefined): Uint8Array | undefined {
  if (!data || data.length < 8) return undefined;
  const skip = new DataView(data.buffer, data.byteOffset, data.byteLength).getUint32(0);
  const tiff = data.subarray(4 + skip);
  // Some writers count the mark `Exif\0\0`, others leave it in.
  return withoutMark(tiff.length > 0 ? tiff : data.subarray(4));
}

function boxes(bytes: Uint8Array): Box[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: Box[] = [];
  let at = 0;
  while (at + 8 <= bytes.length) {
    let length = view.getUint32(at);
    let head = 8;
    if (length === 1 && at + 16 <= bytes.length) {
      length = Number(view.getBigUint64(at + 8));
      head = 16;
    } else if (length === 0) length = bytes.length - at;
    if (length < head) break;
    found.push({ type: textAt(bytes, at + 4, 4), data: bytes.subarray(at + head, at + length) });
    at += length;
  }
  return found;
}

/** Item number → type, or content type of a `mime` item. */
function itemTypes(iinf: Uint8Array | undefined): Map<number, string> {
  const types = new Map<number, string>();
  if (!iinf) return types;
  const list = boxes(iinf.subarray(iinf[0] === 0 ? 6 : 8));
  for (const { type, data } of list) {
    const version = data[0] ?? 0;
    if (type !== 'infe' || version < 2 || data.length < 14) continue;
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    const isLong = version > 2;
    const id = isLong ? view.getUint32(4) : view.getUint16(4);
    const at = isLong ? 10 : 8;
    const kind = textAt(data, at, 4);
    const [, content] = textAt(data, at + 4, 200).split('\0');
    types.set(id, kind === 'mime' ? (content ?? '') : kind);
  }
  return types;
}

/** Item number → bytes, in the file or in the `idat` box. Items in several pieces are put together. */
function itemPlaces(
  iloc: Uint8Array | undefined,
  file: Uint8Array,
  idat: Uint8Array | undefined,
): Map<number, Uint8Array> {
  const places = new Map<number, Uint8Array>();
  if (!iloc || iloc.length < 8) return places;
  const view = new DataView(iloc.buffer, iloc.byteOffset, iloc.byteLength);
  const version = iloc[0] ?? 0;
  let at = 4;
  const read = (bytes: number): number => {
    let value = 0;
    for (let i = 0; i < bytes; i++) value = value * 256 + (at + i < iloc.length ? view.getUint8(at + i) : 0);
    at += bytes;
    return value;
  };
  const sizes = read(2);
  const [offsetSize, lengthSize, baseSize] = [sizes >> 12, (sizes >> 8) & 15, (sizes >> 4) & 15];
  const indexSize = version > 0 ? sizes & 15 : 0;
  const count = read(version < 2 ? 2 : 4);
  for (let i = 0; i < count && at < iloc.length; i++) {
    const id = read(version < 2 ? 2 : 4);
    const method = version > 0 ? read(2) & 15 : 0;
    read(2);
    const base = read(baseSize);
    const pieces = read(2);
    const source = method === 1 ? idat : file;
    const parts: Uint8Array[] = [];
    for (let k = 0; k < pieces && at < iloc.length; k++) {
      read(indexSize);
      const start = base + read(offsetSize);
      const length = read(lengthSize);
      if (source) parts.push(source.subarray(start, length === 0 ? undefined : start + length));
    }
    places.set(id, concatBytes(parts));
  }
  return places;
}
