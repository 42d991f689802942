import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { inflateSync } from 'node:zlib';
import { decodePng, isPng } from '../../formats/png/index';
import { failure, type Result, success } from '../../shared/problem';
import { type RgbPicture, resizePicture } from '../image/index';

/** Larger files are not opened. */
const MAX_BYTES = 256 * 2 ** 20;
/** Unpacked pixels of the largest picture that is read. */
const MAX_UNPACKED = 2 ** 30;

/** Reads the picture to start from, at the size wanted. Fails with `init-image-missing` or `init-image-format`. */
export function readInitImage(file: string, width: number, height: number): Result<RgbPicture> {
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
  if (!isPng(bytes)) return badFormat(file, 'it is no PNG file');
  const decoded = decodePng(bytes, (data) => inflateSync(data, { maxOutputLength: MAX_UNPACKED }));
  if (!decoded.ok) return badFormat(file, decoded.problem.message);
  return success(resizePicture(decoded.value, width, height));
}

function badFormat(file: string, why: string): Result<never> {
  return failure(
    'init-image-format',
    `${path.basename(file)} cannot be used as the picture to start from: ${why.replace(/\.$/, '')}.`,
    'Save the picture as a plain PNG file.',
  );
}
