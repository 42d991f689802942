export { isPng } from './chunks';
export { type Compress, encodePng, type PngPicture } from './encode';
export { type Decompress, readPngText } from './text';
