import { randomBytes } from 'node:crypto';
import { link, mkdir, open, rename, stat, unlink } from 'node:fs/promises';
import path from 'node:path';
import { deflateSync } from 'node:zlib';
import { insertExifIntoJpeg, insertExifIntoWebp, writeUserComment } from '../../../formats/exif/index';
import { encodePng } from '../../../formats/png/index';
import { failure, type Result, success } from '../../../shared/problem';
import { encodeJpeg, encodeWebp, type RgbPicture } from '../../image/index';

/** The web UI's own, for JPEG and WebP. */
const DEFAULT_QUALITY = 80;

/**
 * Writes a picture with its parameters inside, as PNG, JPEG or WebP by the name's ending: whole, or not at all, and never
 * over a file that is there: then the name gets a number. Gives the path written.
 * Fails with `image-write`, or `parameters-too-long` for what a JPEG file has no room for.
 */
export async function writePicture(
  file: string,
  picture: RgbPicture,
  parameters: string,
  quality = DEFAULT_QUALITY,
): Promise<Result<string>> {
  const bytes = await encode(path.extname(file).toLowerCase(), picture, parameters, quality);
  if (!bytes.ok) return bytes;
  try {
    await mkdir(path.dirname(file), { recursive: true });
    return success(await writeNew(file, bytes.value));
  } catch (error) {
    return failure(
      'image-write',
      `The image cannot be written to ${file} (${(error as NodeJS.ErrnoException).code ?? error}).`,
      'Choose another output folder, or free some space.',
    );
  }
}

async function encode(
  extension: string,
  picture: RgbPicture,
  parameters: string,
  quality: number,
): Promise<Result<Uint8Array>> {
  if (extension === '.jpg' || extension === '.jpeg')
    return insertExifIntoJpeg(await encodeJpeg(picture, quality), writeUserComment(parameters));
  if (extension === '.webp') {
    const webp = await encodeWebp(picture, quality);
    return success(insertExifIntoWebp(webp, picture, writeUserComment(parameters)));
  }
  return success(encodePng({ ...picture, text: { parameters } }, (raw) => deflateSync(raw)));
}

/** Writes a file beside its place and gives it the first name that is free. */
async function writeNew(file: string, bytes: Uint8Array): Promise<string> {
  const temporary = path.join(path.dirname(file), `.${randomBytes(8).toString('hex')}.tmp`);
  try {
    const handle = await open(temporary, 'wx');
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    for (let number = 1; ; number++) {
      const target = numbered(file, number);
      if (await takeName(temporary, target)) return target;
    }
  } finally {
    await unlink(temporary).catch(() => undefined);
  }
}

/** Puts the file where nothing is; false where something is. A link never replaces, unlike a rename. */
async function takeName(temporary: string, target: string): Promise<boolean> {
  try {
    await link(temporary, target);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    // Some file systems, as those of memory cards, have no links.
    const isTaken = await stat(target).then(
      () => true,
      () => false,
    );
    if (isTaken) return false;
    await rename(temporary, target);
    return true;
  }
}

/** `a.png`, `a-2.png`, `a-3.png` … */
function numbered(file: string, number: number): string {
  const { dir, name, ext } = path.parse(file);
  return number < 2 ? file : path.join(dir, `${name}-${number}${ext}`);
}
