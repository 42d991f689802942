import { failure, type Result, success } from '../../shared/problem';
import { concatBytes } from '../png/chunks';

/** Bytes of data in one segment of a JPEG file. */
const LARGEST_SEGMENT = 0xffff - 2;
/** The flag of a WebP file's extended header that says there is Exif data. */
const HAS_EXIF = 0x08;

/**
 * A JPEG file with Exif data behind its start, or behind the JFIF header where there is one.
 * Fails with `parameters-too-long`: a segment holds some 64 kilobytes.
 */
export function insertExifIntoJpeg(jpeg: Uint8Array, exif: Uint8Array): Result<Uint8Array> {
  const data = concatBytes([asciiBytes('Exif\0\0'), exif]);
  if (data.length > LARGEST_SEGMENT)
    return failure(
      'parameters-too-long',
      `The prompt and its parameters take ${data.length} bytes; a JPEG file has room for ${LARGEST_SEGMENT}.`,
      'Write PNG or WebP instead, which hold texts of any length.',
    );
  const length = data.length + 2;
  const segment = concatBytes([Uint8Array.of(0xff, 0xe1, length >> 8, length & 0xff), data]);
  const isJfif = jpeg[2] === 0xff && jpeg[3] === 0xe0;
  const at = isJfif ? 4 + jpeg[4]! * 256 + jpeg[5]! : 2;
  return success(concatBytes([jpeg.subarray(0, at), segment, jpeg.subarray(at)]));
}

/**
 * A WebP file with Exif data at its end, which takes an extended header at its beginning.
 * @param webp a file of the simple form: one opaque picture and nothing else.
 */
export function insertExifIntoWebp(
  webp: Uint8Array,
  { width, height }: { readonly width: number; readonly height: number },
  exif: Uint8Array,
): Uint8Array {
  const header = new Uint8Array(10);
  header[0] = HAS_EXIF;
  header.set(little24(width - 1), 4);
  header.set(little24(height - 1), 7);
  const picture = webp.subarray(12);
  const body = [asciiBytes('WEBP'), riffChunk('VP8X', header), picture, riffChunk('EXIF', exif)];
  return riffChunk('RIFF', concatBytes(body));
}

function riffChunk(type: string, data: Uint8Array): Uint8Array {
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, data.length, true);
  return concatBytes([asciiBytes(type), length, data, new Uint8Array(data.length % 2)]);
}

function little24(value: number): Uint8Array {
  return Uint8Array.of(value & 0xff, (value >> 8) & 0xff, value >> 16);
}

function asciiBytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
