import mozjpegDecoder from '@jsquash/jpeg/codec/dec/mozjpeg_dec.js';
import mozjpegEncoder from '@jsquash/jpeg/codec/enc/mozjpeg_enc.js';
import { defaultOptions as jpegDefaults } from '@jsquash/jpeg/meta.js';
import webpDecoder from '@jsquash/webp/codec/dec/webp_dec.js';
import webpEncoder from '@jsquash/webp/codec/enc/webp_enc.js';
import { defaultOptions as webpDefaults } from '@jsquash/webp/meta.js';
import type { RgbPicture } from './resize';
import { startCodec } from './wasm';

/** Qualities from here on keep all of the colours' detail, as Pillow's `subsampling=0` does. */
const FULL_COLOUR_FROM = 90;
/** From this quality on WebP loses nothing. */
const LOSSLESS = 100;

/** A JPEG file. `quality` 1 … 100. */
export async function encodeJpeg(picture: RgbPicture, quality: number): Promise<Uint8Array> {
  const codec = await startCodec<Encoder>(mozjpegEncoder, '@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm');
  const { width, height } = picture;
  const full = quality >= FULL_COLOUR_FROM;
  const options = { ...jpegDefaults, quality, auto_subsample: false, chroma_subsample: full ? 1 : 2 };
  return encoded(codec.encode(toRgba(picture), width, height, options));
}

/** A WebP file of the simple form, opaque. `quality` 1 … 100; 100 is lossless. */
export async function encodeWebp(picture: RgbPicture, quality: number): Promise<Uint8Array> {
  const codec = await startCodec<Encoder>(webpEncoder, '@jsquash/webp/codec/enc/webp_enc.wasm');
  const { width, height } = picture;
  const lossless = quality >= LOSSLESS ? 1 : 0;
  const options = { ...webpDefaults, quality, lossless };
  return encoded(codec.encode(toRgba(picture), width, height, options));
}

/** The pixels of a JPEG file, turned upright where the camera says so. Throws on a broken one. */
export async function decodeJpeg(bytes: Uint8Array): Promise<RgbPicture> {
  const codec = await startCodec<Decoder>(mozjpegDecoder, '@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm');
  return overWhite(codec.decode(new Uint8Array(bytes), true));
}

/** The pixels of a WebP file, what is transparent laid over white. Throws on a broken one. */
export async function decodeWebp(bytes: Uint8Array): Promise<RgbPicture> {
  const codec = await startCodec<Decoder>(webpDecoder, '@jsquash/webp/codec/dec/webp_dec.wasm');
  return overWhite(codec.decode(new Uint8Array(bytes)));
}

interface Encoder {
  encode(rgba: Uint8Array, width: number, height: number, options: object): Uint8Array | null;
}

interface Decoder {
  decode(bytes: Uint8Array, upright?: boolean): RgbaPicture | null;
}

interface RgbaPicture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

/** A copy of the codec's result, which lies in its memory. */
function encoded(bytes: Uint8Array | null): Uint8Array {
  if (!bytes) throw new Error('the picture could not be encoded');
  return bytes.slice();
}

function toRgba({ width, height, rgb }: RgbPicture): Uint8Array<ArrayBuffer> {
  const rgba = new Uint8Array(width * height * 4).fill(0xff);
  for (let i = 0; i < width * height; i++)
    for (let channel = 0; channel < 3; channel++) rgba[i * 4 + channel] = rgb[i * 3 + channel]!;
  return rgba;
}

function overWhite(picture: RgbaPicture | null): RgbPicture {
  if (!picture) throw new Error('its pixels cannot be decoded');
  const { width, height, data } = picture;
  const rgb = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    const alpha = data[i * 4 + 3]!;
    for (let channel = 0; channel < 3; channel++)
      rgb[i * 3 + channel] = Math.round((data[i * 4 + channel]! * alpha + 255 * (255 - alpha)) / 255);
  }
  return { width, height, rgb };
}
