export { DEFAULT_PATTERN, type FileNameParts, fileName } from './fileName';
export { type PixelRounding, toRgb } from './pixels';
