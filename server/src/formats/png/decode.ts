import { failure, type Result, success } from '../../shared/problem';
import { concatBytes, readChunks } from './chunks';
import { unfilterRows } from './filter';
import type { Decompress } from './text';

/** A picture that was read: RGB, 8 bit, row by row, what was transparent laid over white. */
export interface DecodedPng {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}

/** The pixels as they are stored: RGBA, 8 bit, row by row. */
export interface PngPixels {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8Array;
}

/** Samples of a pixel by PNG's colour types. */
const SAMPLES: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const GRAY = 0;
const RGB = 2;
const PALETTE = 3;
const RGBA = 6;
/** Largest side: a header that lies must not allocate what it likes. */
const MAX_SIDE = 16_384;

interface Layout {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly colour: number;
}

/**
 * Reads the pixels of a PNG file: every colour type, 8 and 16 bits a sample (the lower byte is dropped), palettes of any
 * depth. Fails with `png-unreadable`, also for interlaced files.
 */
export function decodePng(bytes: Uint8Array, inflate: Decompress): Result<DecodedPng> {
  const pixels = decodePixels(bytes, inflate);
  if (!pixels.ok) return pixels;
  const { width, height, rgba } = pixels.value;
  return success({ width, height, rgb: overWhite(rgba) });
}

/** Reads the pixels of a PNG file with their alpha. Fails as {@link decodePng} does. */
export function decodePixels(bytes: Uint8Array, inflate: Decompress): Result<PngPixels> {
  const parts: Uint8Array[] = [];
  let header: Uint8Array | undefined;
  let palette = new Uint8Array(0);
  let transparency = new Uint8Array(0);
  for (const { type, data } of readChunks(bytes)) {
    if (type === 'IHDR') header = data;
    else if (type === 'PLTE') palette = new Uint8Array(data);
    else if (type === 'tRNS') transparency = new Uint8Array(data);
    else if (type === 'IDAT') parts.push(data);
  }
  if (!header || header.length < 13) return unreadable('it is no PNG file');
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const layout: Layout = {
    width: view.getUint32(0),
    height: view.getUint32(4),
    depth: header[8]!,
    colour: header[9]!,
  };
  const { width, height, depth, colour } = layout;
  const samples = SAMPLES[colour];
  const isPlain = depth === 8 || depth === 16;
  const isSmall = (depth === 1 || depth === 2 || depth === 4) && (colour === GRAY || colour === PALETTE);
  if (samples === undefined || !(isPlain || isSmall) || (colour === PALETTE && depth === 16))
    return unreadable('its kind of pixels is unknown');
  if (header[12] !== 0) return unreadable('it is interlaced');
  if (width < 1 || height < 1 || width > MAX_SIDE || height > MAX_SIDE)
    return unreadable(`it has ${width}x${height} pixels`);
  const stride = Math.ceil((width * samples * depth) / 8);
  let packed: Uint8Array;
  try {
    packed = inflate(concatBytes(parts));
  } catch {
    return unreadable('its pixels are damaged');
  }
  if (packed.length < (stride + 1) * height) return unreadable('its pixels are cut off');
  const rows = unfilterRows(packed, stride, height, Math.max(1, (samples * depth) >> 3));
  if (!rows) return unreadable('its pixels are damaged');
  return success({ width, height, rgba: toRgba(rows, stride, layout, palette, transparency) });
}

function unreadable(why: string): Result<never> {
  return failure('png-unreadable', `The picture cannot be read: ${why}.`, 'Save it as a plain PNG file.');
}

function toRgba(
  rows: Uint8Array,
  stride: number,
  { width, height, depth, colour }: Layout,
  palette: Uint8Array,
  transparency: Uint8Array,
): Uint8Array {
  const samples = SAMPLES[colour]!;
  const rgba = new Uint8Array(width * height * 4);
  const largest = 2 ** depth - 1;
  const sampleAt = (row: number, index: number): number => {
    const start = row * stride;
    if (depth >= 8) return rows[start + (index * depth) / 8]!;
    const bit = index * depth;
    return (rows[start + (bit >> 3)]! >> (8 - depth - (bit & 7))) & largest;
  };
  const keyed = transparentColour(colour, depth, transparency);
  const pixel = new Uint8Array(4);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const first = x * samples;
      pixel[3] = 255;
      if (colour === PALETTE) {
        const index = sampleAt(y, x);
        pixel.set(palette.subarray(index * 3, index * 3 + 3));
        pixel[3] = transparency[index] ?? 255;
      } else if (colour === RGB || colour === RGBA) {
        for (let i = 0; i < samples; i++) pixel[i] = sampleAt(y, first + i);
      } else {
        const gray = sampleAt(y, first);
        pixel.fill(depth < 8 ? (gray * 255) / largest : gray, 0, 3);
        if (samples === 2) pixel[3] = sampleAt(y, first + 1);
      }
      if (keyed?.every((value, i) => value === sampleAt(y, first + i))) pixel[3] = 0;
      rgba.set(pixel, (y * width + x) * 4);
    }
  return rgba;
}

function overWhite(rgba: Uint8Array): Uint8Array {
  const rgb = new Uint8Array((rgba.length / 4) * 3);
  for (let at = 0, to = 0; at < rgba.length; at += 4) {
    const alpha = rgba[at + 3]!;
    for (let i = 0; i < 3; i++) {
      const value = rgba[at + i]!;
      rgb[to++] = alpha === 255 ? value : Math.round((value * alpha + 255 * (255 - alpha)) / 255);
    }
  }
  return rgb;
}

/** The one colour that a file without an alpha channel may declare transparent; of 16 bits the upper 8 are compared. */
function transparentColour(colour: number, depth: number, transparency: Uint8Array): number[] | undefined {
  const count = colour === GRAY ? 1 : colour === RGB ? 3 : 0;
  if (count === 0 || transparency.length < count * 2) return undefined;
  return Array.from({ length: count }, (_, i) => transparency[i * 2 + (depth === 16 ? 0 : 1)]!);
}
