import type { StepPicture } from '../../../server/src/shared/engineProtocol';

const HEADER_BYTES = 54;

/**
 * A step picture as a `data:` URI. Windows bitmap: no compression to compute, and every browser reads it. Rows are
 * stored bottom up, in blue-green-red order, padded to four bytes.
 */
export function toDataUri({ width, height, rgb }: StepPicture): string | undefined {
  if (width <= 0 || height <= 0 || rgb.length < width * height * 3) return undefined;
  const stride = (width * 3 + 3) & ~3;
  const bytes = new Uint8Array(HEADER_BYTES + stride * height);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0x4d42, true);
  view.setUint32(2, bytes.length, true);
  view.setUint32(10, HEADER_BYTES, true);
  view.setUint32(14, 40, true);
  view.setInt32(18, width, true);
  view.setInt32(22, height, true);
  view.setUint16(26, 1, true);
  view.setUint16(28, 24, true);
  view.setUint32(34, stride * height, true);
  for (let y = 0; y < height; y += 1) {
    let to = HEADER_BYTES + (height - 1 - y) * stride;
    let from = y * width * 3;
    for (let x = 0; x < width; x += 1, to += 3, from += 3) {
      bytes[to] = rgb[from + 2]!;
      bytes[to + 1] = rgb[from + 1]!;
      bytes[to + 2] = rgb[from]!;
    }
  }
  return `data:image/bmp;base64,${Buffer.from(bytes.buffer).toString('base64')}`;
}
