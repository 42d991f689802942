import { isHeif, isJxl } from './exif';
import { isPng } from './png';

export type PictureKind = 'png' | 'jpeg' | 'webp' | 'gif' | 'avif' | 'jxl';

/** What a file's first bytes say it is; undefined for other files. `avif` stands for HEIF files of every codec. */
export function pictureKind(bytes: Uint8Array): PictureKind | undefined {
  const text = (at: number, length: number) => String.fromCharCode(...bytes.subarray(at, at + length));
  if (isPng(bytes)) return 'png';
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return 'jpeg';
  if (text(0, 4) === 'RIFF' && text(8, 4) === 'WEBP') return 'webp';
  if (/^GIF8[79]a$/.test(text(0, 6))) return 'gif';
  if (isHeif(bytes)) return 'avif';
  return isJxl(bytes) ? 'jxl' : undefined;
}
