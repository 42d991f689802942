import { concatBytes, type PngChunk, SIGNATURE, writeChunk } from './chunks';
import { filterRows } from './filter';
import { writeTextChunk } from './text';

/** A picture to be written: RGB, 8 bit, row by row, no alpha. */
export interface PngPicture {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
  /** Texts to write into the file, as `parameters`. */
  readonly text?: Readonly<Record<string, string>>;
}

/** zlib's deflate, with its header: `deflateSync` of Node, passed in so that this module needs no Node. */
export type Compress = (bytes: Uint8Array) => Uint8Array;

/** A PNG file, texts before the pixels as Pillow writes them, so that readers find them early. */
export function encodePng(picture: PngPicture, deflate: Compress): Uint8Array {
  const { width, height, rgb, text = {} } = picture;
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, 2, 0, 0, 0], 8);
  const chunks: PngChunk[] = [
    { type: 'IHDR', data: header },
    ...Object.entries(text).map(([keyword, value]) => writeTextChunk(keyword, value)),
    { type: 'IDAT', data: deflate(filterRows(rgb, width * 3, height, 3)) },
    { type: 'IEND', data: new Uint8Array(0) },
  ];
  return concatBytes([SIGNATURE, ...chunks.map(writeChunk)]);
}
