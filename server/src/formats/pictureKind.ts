import { isPng } from './png';

/** What a file's first bytes say it is; undefined for other files. */
export function pictureKind(bytes: Uint8Array): 'png' | 'jpeg' | 'webp' | 'gif' | undefined {
  const text = (at: number, length: number) => String.fromCharCode(...bytes.subarray(at, at + length));
  if (isPng(bytes)) return 'png';
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return 'jpeg';
  if (text(0, 4) === 'RIFF' && text(8, 4) === 'WEBP') return 'webp';
  return /^GIF8[79]a$/.test(text(0, 6)) ? 'gif' : undefined;
}
