export { decodeJpeg, decodeWebp, encodeJpeg, encodeWebp } from './codecs';
export { type LatentResize, resizeLatents } from './latentResize';
export { type PixelRounding, toRgb } from './pixels';
export { cropPicture, type RgbPicture, resizePicture } from './resize';
