import { findExif, readGifComment, readUserComment } from './exif';
import { type Decompress, isPng, readPngText } from './png';

/** What a picture says about how it was made. */
export interface PictureText {
  /** The web UI's text: prompt, negative prompt, parameters. */
  readonly parameters?: string;
  /** Every text of the file by keyword; ComfyUI keeps `prompt` and `workflow` here. */
  readonly texts: Readonly<Record<string, string>>;
}

/** Reads the texts of a PNG, JPEG, WebP or GIF file. Any other file, or a broken one, gives none. */
export function readPictureText(bytes: Uint8Array, inflate: Decompress): PictureText {
  if (isPng(bytes)) {
    const texts = readPngText(bytes, inflate);
    return { texts, parameters: texts.parameters };
  }
  const exif = findExif(bytes);
  const comment = exif ? readUserComment(exif) : readGifComment(bytes);
  return comment ? { texts: { UserComment: comment }, parameters: comment } : { texts: {} };
}
