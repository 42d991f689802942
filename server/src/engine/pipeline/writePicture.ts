import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { deflateSync } from 'node:zlib';
import writeFileAtomic from 'write-file-atomic';
import { encodePng } from '../../formats/png/index';
import { failure, type Result, success } from '../../shared/problem';
import { toRgb } from '../image/index';

/** Writes a decoded image as a PNG with its parameters inside: whole, or not at all. Fails with `image-write`. */
export async function writePicture(
  file: string,
  decoded: Float32Array,
  width: number,
  height: number,
  parameters: string,
): Promise<Result<void>> {
  const rgb = toRgb(decoded, width, height);
  const png = encodePng({ width, height, rgb, text: { parameters } }, (bytes) => deflateSync(bytes));
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    await writeFileAtomic(file, Buffer.from(png.buffer, png.byteOffset, png.length));
    return success(undefined);
  } catch (error) {
    return failure(
      'image-write',
      `The image cannot be written to ${file} (${(error as NodeJS.ErrnoException).code ?? error}).`,
      'Choose another output folder, or free some space.',
    );
  }
}
