import path from 'node:path';
import { inflateSync } from 'node:zlib';
import { pictureKind } from '../formats/pictureKind';
import { readPictureText } from '../formats/pictureText';
import { failure, type Result, success } from '../shared/problem';
import { writeNew } from './writeNew';

const EXTENSIONS = { png: '.png', jpeg: '.jpg', webp: '.webp', avif: '.avif', jxl: '.jxl' } as const;

export interface ReceivedPicture {
  readonly bytes: Uint8Array;
  readonly kind: keyof typeof EXTENSIONS;
  /** The text of its metadata, where it has one. */
  readonly infotext?: string;
  /** Pixels, of a PNG. */
  readonly size?: { readonly width: number; readonly height: number };
}

/** Checks that bytes are a picture, and reads what it says. Fails with `engine-bad-answer`. */
export function receivedPicture(bytes: Uint8Array, from: string): Result<ReceivedPicture> {
  const kind = pictureKind(bytes);
  if (kind === undefined || kind === 'gif')
    return failure(
      'engine-bad-answer',
      `The engine at ${from} sent no picture in a form that is known.`,
      'Look into its log, and set its format of pictures to PNG.',
    );
  let infotext: string | undefined;
  try {
    infotext = readPictureText(bytes, inflateSync).parameters;
  } catch {
    // A picture whose metadata is damaged is a picture all the same.
  }
  return success({
    bytes,
    kind,
    ...(infotext !== undefined && { infotext }),
    ...(kind === 'png' && { size: pngSize(bytes) }),
  });
}

/** Writes a picture as it came; its name ends as its kind wants it. */
export function saveReceived(outputPath: string, { bytes, kind }: ReceivedPicture): Promise<Result<string>> {
  const { dir, name, ext } = path.parse(outputPath);
  const wanted = EXTENSIONS[kind];
  const isRight = ext.toLowerCase() === wanted || (kind === 'jpeg' && ext.toLowerCase() === '.jpeg');
  return writeNew(isRight ? outputPath : path.join(dir, `${name}${wanted}`), bytes);
}

/** Width and height of the header of a PNG, pixels. */
function pngSize(bytes: Uint8Array): { width: number; height: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return bytes.byteLength < 24
    ? { width: 0, height: 0 }
    : { width: view.getUint32(16), height: view.getUint32(20) };
}
