import {
  type Metadata,
  readExifTexts,
  readGifComment,
  readHeif,
  readJpeg,
  readJxl,
  readPngExif,
  readWebp,
} from './exif';
import { type PictureKind, pictureKind } from './pictureKind';
import { type Decompress, readPngText } from './png';
import { readStealthText } from './png/stealth';

/** What a picture says about how it was made. */
export interface PictureText {
  /** Undefined: the file is no picture of a kind that is read. */
  readonly kind?: PictureKind | undefined;
  /** The web UI's text: prompt, negative prompt, parameters. */
  readonly parameters?: string | undefined;
  /**
   * Every text of the file by PNG keyword or Exif tag: `parameters`, `UserComment`, ComfyUI's `prompt` and `workflow`,
   * `XML:com.adobe.xmp` for XMP, `Comment` for the comment of a JPEG or GIF file.
   */
  readonly texts: Readonly<Record<string, string>>;
}

/** Further ways of unpacking, for texts that few files have. */
export interface MoreUnpackers {
  /** Brotli, for boxes of JPEG XL. */
  readonly brotli?: Decompress;
  /** zlib for the pixels of a PNG file, which may be large: texts hidden in the alpha channel are looked for with it. */
  readonly pixels?: Decompress;
}

/**
 * Reads the texts of a PNG, JPEG, WebP, GIF, AVIF, HEIF or JPEG XL file. Any other file, or a broken one, gives none.
 *
 * @param inflate zlib and gzip; its output should be bounded, a text of 16 MB is none
 */
export function readPictureText(
  bytes: Uint8Array,
  inflate: Decompress,
  { brotli, pixels }: MoreUnpackers = {},
): PictureText {
  const kind = pictureKind(bytes);
  if (kind === 'png') {
    const exif = readPngExif(bytes, inflate);
    const texts = { ...(exif ? readExifTexts(exif) : {}), ...readPngText(bytes, inflate) };
    const stealth =
      pixels && Object.keys(texts).length === 0 ? readStealthText(bytes, pixels, inflate) : undefined;
    return { kind, texts: stealth ?? texts, parameters: (stealth ?? texts).parameters ?? texts.UserComment };
  }
  const texts = kind === undefined ? {} : metadataTexts(read(kind, bytes, brotli));
  return { kind, texts, parameters: texts.UserComment ?? texts.Comment };
}

function read(kind: PictureKind, bytes: Uint8Array, brotli: Decompress | undefined): Metadata {
  switch (kind) {
    case 'jpeg':
      return readJpeg(bytes);
    case 'webp':
      return readWebp(bytes);
    case 'gif':
      return { comment: readGifComment(bytes) };
    case 'avif':
      return readHeif(bytes);
    case 'jxl':
      return readJxl(bytes, brotli);
    case 'png':
      return {};
  }
}

function metadataTexts({ exif, xmp, comment }: Metadata): Record<string, string> {
  const utf8 = new TextDecoder();
  return {
    ...(exif && readExifTexts(exif)),
    ...(xmp && { 'XML:com.adobe.xmp': utf8.decode(xmp) }),
    ...(comment?.length && { Comment: utf8.decode(comment) }),
  };
}
