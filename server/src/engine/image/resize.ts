/** A picture as bytes: RGB, row by row. */
export interface RgbPicture {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}

/** Half the width of the filter, in source pixels of an enlargement. */
const SUPPORT = 3;
/** Pillow computes with whole numbers of so many fractional bits. */
const PRECISION = 2 ** 22;

/**
 * The picture at another size by Pillow's Lanczos filter, to the byte: along rows, rounded, then along columns. A picture
 * of the right size is given back as it is.
 */
export function resizePicture(picture: RgbPicture, width: number, height: number): RgbPicture {
  let { rgb } = picture;
  if (picture.width !== width)
    rgb = resample(rgb, picture.width, width, picture.height, 3, picture.width * 3, width * 3);
  if (picture.height !== height) rgb = resample(rgb, picture.height, height, width, width * 3, 3, 3);
  return { width, height, rgb };
}

/** The left upper part of a picture. */
export function cropPicture(picture: RgbPicture, width: number, height: number): RgbPicture {
  if (picture.width === width && picture.height === height) return picture;
  const rgb = new Uint8Array(width * height * 3);
  for (let row = 0; row < height; row++) {
    const start = row * picture.width * 3;
    rgb.set(picture.rgb.subarray(start, start + width * 3), row * width * 3);
  }
  return { width, height, rgb };
}

/**
 * Resamples along one axis.
 * @param step distance of neighbours on the axis, bytes; `line` and `lineOut` distance of lines across it.
 */
function resample(
  source: Uint8Array,
  from: number,
  to: number,
  lines: number,
  step: number,
  line: number,
  lineOut: number,
): Uint8Array {
  const target = new Uint8Array(to * lines * 3);
  for (let place = 0; place < to; place++) {
    const { first, weights } = weightsAt(place, from, to);
    for (let across = 0; across < lines; across++)
      for (let channel = 0; channel < 3; channel++) {
        let sum = PRECISION / 2;
        for (let i = 0; i < weights.length; i++)
          sum += weights[i]! * source[across * line + (first + i) * step + channel]!;
        target[across * lineOut + place * step + channel] = Math.min(
          255,
          Math.max(0, Math.floor(sum / PRECISION)),
        );
      }
  }
  return target;
}

function weightsAt(place: number, from: number, to: number): { first: number; weights: number[] } {
  const scale = from / to;
  const spread = Math.max(scale, 1);
  const center = (place + 0.5) * scale;
  const first = Math.max(0, Math.trunc(center - SUPPORT * spread + 0.5));
  const last = Math.min(from, Math.trunc(center + SUPPORT * spread + 0.5));
  const raw = Array.from({ length: last - first }, (_, i) => lanczos((first + i - center + 0.5) / spread));
  const total = raw.reduce((sum, weight) => sum + weight, 0);
  // Cut towards zero after adding a half away from it.
  const weights = raw.map((weight) => {
    const scaled = (weight / total) * PRECISION;
    return Math.trunc(scaled + (scaled < 0 ? -0.5 : 0.5));
  });
  return { first, weights };
}

function lanczos(x: number): number {
  return x >= -SUPPORT && x < SUPPORT ? sinc(x) * sinc(x / SUPPORT) : 0;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI);
}
