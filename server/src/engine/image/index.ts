export { DEFAULT_PATTERN, type FileNameParts, fileName } from './fileName';
export { type LatentResize, resizeLatents } from './latentResize';
export { type PixelRounding, toRgb } from './pixels';
export { type RgbPicture, resizePicture } from './resize';
