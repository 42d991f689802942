import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { inflateSync } from 'node:zlib';
import { pictureKind } from '../../../formats/pictureKind';
import { decodePng } from '../../../formats/png/index';
import { failure, type Result, success } from '../../../shared/problem';
import { decodeJpeg, decodeWebp, type RgbPicture, resizePicture } from '../../image/index';

/** Larger files are not opened. */
const MAX_BYTES = 256 * 2 ** 20;
/** Unpacked pixels of the largest picture that is read. */
const MAX_UNPACKED = 2 ** 30;

/**
 * Reads the picture to start from, a PNG, JPEG or WebP file, at the size wanted. Fails with `init-image-missing` or
 * `init-image-format`.
 */
export async function readInitImage(
  file: string,
  width: number,
  height: number,
): Promise<Result<RgbPicture>> {
  let bytes: Uint8Array;
  try {
    if (!statSync(file).isFile() || statSync(file).size > MAX_BYTES)
      return badFormat(file, 'it is no picture file');
    bytes = readFileSync(file);
  } catch (error) {
    return failure(
      'init-image-missing',
      `The picture ${file} cannot be opened (${(error as NodeJS.ErrnoException).code}).`,
      'Check `Init image`: its path counts from the folder of the prompt file.',
    );
  }
  const decoded = await decode(file, bytes);
  return decoded.ok ? success(resizePicture(decoded.value, width, height)) : decoded;
}

async function decode(file: string, bytes: Uint8Array): Promise<Result<RgbPicture>> {
  switch (pictureKind(bytes)) {
    case 'png': {
      const decoded = decodePng(bytes, (data) => inflateSync(data, { maxOutputLength: MAX_UNPACKED }));
      return decoded.ok ? decoded : badFormat(file, decoded.problem.message);
    }
    case 'jpeg':
      return attempt(file, () => decodeJpeg(bytes));
    case 'webp':
      return attempt(file, () => decodeWebp(bytes));
    default:
      return badFormat(file, 'it is no PNG, JPEG or WebP file');
  }
}

/** The codecs throw at broken pictures, and at those too large for their memory. */
async function attempt(file: string, read: () => Promise<RgbPicture>): Promise<Result<RgbPicture>> {
  try {
    return success(await read());
  } catch {
    return badFormat(file, 'its pixels cannot be decoded');
  }
}

function badFormat(file: string, why: string): Result<never> {
  return failure(
    'init-image-format',
    `${path.basename(file)} cannot be used as the picture to start from: ${why.replace(/\.$/, '')}.`,
    'Save the picture as a plain PNG, JPEG or WebP file.',
  );
}
