import { decodePixels } from './decode';
import type { Decompress } from './text';

/** What the hidden text begins with: in the alpha channel or in the colours, plain or packed with gzip. */
const SIGNATURES: Readonly<Record<string, { readonly inColours: boolean; readonly isPacked: boolean }>> = {
  stealth_pnginfo: { inColours: false, isPacked: false },
  stealth_pngcomp: { inColours: false, isPacked: true },
  stealth_rgbinfo: { inColours: true, isPacked: false },
  stealth_rgbcomp: { inColours: true, isPacked: true },
};
const SIGNATURE_BYTES = 15;

/**
 * Texts in the lowest bits of a PNG file's pixels, column by column, as NovelAI and extensions of the web UI hide them:
 * a signature of 15 bytes, the length in bits (32 bits, big endian), then infotext, or NovelAI's texts as JSON.
 * Undefined where the pixels hold none, or are damaged.
 *
 * @param pixels zlib for the picture's data
 * @param gunzip gzip for the hidden text; its output should be bounded
 */
export function readStealthText(
  bytes: Uint8Array,
  pixels: Decompress,
  gunzip: Decompress,
): Record<string, string> | undefined {
  const decoded = decodePixels(bytes, pixels);
  if (!decoded.ok) return undefined;
  const { width, height, rgba } = decoded.value;
  for (const inColours of [false, true]) {
    const read = bitReader(rgba, width, height, inColours);
    const kind = SIGNATURES[String.fromCharCode(...read(0, SIGNATURE_BYTES))];
    if (kind?.inColours !== inColours) continue;
    const [a = 0, b = 0, c = 0, d = 0] = read(SIGNATURE_BYTES, 4);
    const length = (a * 2 ** 24 + b * 2 ** 16 + c * 256 + d) / 8;
    const data = read(SIGNATURE_BYTES + 4, length);
    if (data.length < length) return undefined;
    return unpack(data, kind.isPacked ? gunzip : undefined);
  }
  return undefined;
}

/** Reads whole bytes out of the lowest bits, from the top of the leftmost column on. */
function bitReader(rgba: Uint8Array, width: number, height: number, inColours: boolean) {
  const perPixel = inColours ? 3 : 1;
  const available = Math.floor((width * height * perPixel) / 8);
  const bitAt = (index: number): number => {
    const pixel = Math.floor(index / perPixel);
    const place = (pixel % height) * width + Math.floor(pixel / height);
    return (rgba[place * 4 + (inColours ? index % 3 : 3)] ?? 0) & 1;
  };
  return (from: number, count: number): Uint8Array => {
    const bytes = new Uint8Array(Math.max(0, Math.min(count, available - from)));
    for (let i = 0; i < bytes.length; i++)
      for (let bit = 0; bit < 8; bit++) bytes[i] = (bytes[i]! << 1) | bitAt((from + i) * 8 + bit);
    return bytes;
  };
}

function unpack(data: Uint8Array, gunzip: Decompress | undefined): Record<string, string> | undefined {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(gunzip ? gunzip(data) : data);
  } catch {
    return undefined;
  }
  return namedTexts(text) ?? { parameters: text };
}

/** NovelAI hides all its texts as one JSON object of texts. */
function namedTexts(text: string): Record<string, string> | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    const entries = Object.entries(JSON.parse(text) as object);
    const isNovelAi = entries.some(([key]) => key === 'Comment' || key === 'Software');
    return isNovelAi
      ? Object.fromEntries(
          entries.map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]),
        )
      : undefined;
  } catch {
    return undefined;
  }
}
