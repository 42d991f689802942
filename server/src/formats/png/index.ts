export { isPng } from './chunks';
export { type DecodedPng, decodePng } from './decode';
export { type Compress, encodePng, type PngPicture } from './encode';
export { type Decompress, readPngText } from './text';
