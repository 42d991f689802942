const EXIF_DIRECTORY = 0x8769;
const USER_COMMENT = 0x9286;
/** Bytes of one entry of a directory. */
const ENTRY = 12;

/**
 * The UserComment of Exif data, where the web UI keeps its parameters in JPEG and WebP files.
 * @param tiff the data, beginning with `II` or `MM`.
 */
export function readUserComment(tiff: Uint8Array): string | undefined {
  const order = String.fromCharCode(tiff[0] ?? 0, tiff[1] ?? 0);
  if (order !== 'II' && order !== 'MM') return undefined;
  const reader = createReader(tiff, order === 'II');
  const root = reader.long(4);
  const directory = root === undefined ? undefined : reader.entry(root, EXIF_DIRECTORY);
  const offset = directory === undefined ? undefined : reader.long(directory + 8);
  const comment = offset === undefined ? undefined : reader.entry(offset, USER_COMMENT);
  if (comment === undefined) return undefined;
  const length = reader.long(comment + 4) ?? 0;
  const start = length <= 4 ? comment + 8 : reader.long(comment + 8);
  if (start === undefined || start + length > tiff.length) return undefined;
  return decodeComment(tiff.subarray(start, start + length), order === 'II');
}

interface Reader {
  long(at: number): number | undefined;
  /** Offset of the entry of a tag in the directory at `at`. */
  entry(at: number, tag: number): number | undefined;
}

function createReader(bytes: Uint8Array, isLittle: boolean): Reader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const short = (at: number) => (at + 2 <= bytes.length ? view.getUint16(at, isLittle) : undefined);
  return {
    long: (at) => (at + 4 <= bytes.length ? view.getUint32(at, isLittle) : undefined),
    entry(at, tag) {
      const count = short(at) ?? 0;
      for (let i = 0; i < count; i++) {
        const entry = at + 2 + i * ENTRY;
        if (entry + ENTRY > bytes.length) return undefined;
        if (short(entry) === tag) return entry;
      }
      return undefined;
    },
  };
}

/** Eight bytes name the encoding. `UNICODE` is UTF-16 of either order, whatever the order of the rest. */
function decodeComment(bytes: Uint8Array, isLittle: boolean): string {
  const encoding = String.fromCharCode(...bytes.subarray(0, 8)).replace(/\0+$/, '');
  const body = bytes.subarray(8);
  const text =
    encoding === 'UNICODE'
      ? new TextDecoder(isLittleEndian(body, isLittle) ? 'utf-16le' : 'utf-16be').decode(body)
      : new TextDecoder().decode(encoding === 'ASCII' || encoding === '' ? body : bytes);
  return text.replace(/\0+$/, '');
}

/** The zeros of plain letters tell the order; a text without any is taken as big endian, which most programs write. */
function isLittleEndian(body: Uint8Array, fallback: boolean): boolean {
  if (body[0] === 0xff && body[1] === 0xfe) return true;
  if (body[0] === 0xfe && body[1] === 0xff) return false;
  const zeros = [0, 0];
  for (let i = 0; i < body.length; i++) if (body[i] === 0) zeros[i % 2]!++;
  if (zeros[0] !== zeros[1]) return zeros[1]! > zeros[0]!;
  return zeros[0]! > 0 && fallback;
}
