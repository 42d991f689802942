/** How latents are interpolated: torch's modes, `antialias` as in its interpolate. */
export type LatentResize =
  | 'nearest'
  | 'nearest-exact'
  | 'bilinear'
  | 'bicubic'
  | 'bilinear-antialias'
  | 'bicubic-antialias';

/** Weights of the source places that make one target place. */
type Taps = readonly (readonly [place: number, weight: number])[];

/** torch's bicubic constant, and that of its antialiased filter, which is Pillow's. */
const BICUBIC = -0.75;
const BICUBIC_ANTIALIAS = -0.5;

/** Latents `[channels, height, width]` at another size, as torch's `interpolate` gives them (corners not aligned). */
export function resizeLatents(
  latents: Float32Array,
  [channels, height, width]: readonly [channels: number, height: number, width: number],
  to: { readonly height: number; readonly width: number },
  mode: LatentResize,
): Float32Array {
  const columns = Array.from({ length: to.width }, (_, x) => tapsOf(mode, x, width, to.width));
  const rows = Array.from({ length: to.height }, (_, y) => tapsOf(mode, y, height, to.height));
  const wide = new Float32Array(channels * height * to.width);
  for (let line = 0; line < channels * height; line++)
    for (const [x, taps] of columns.entries()) {
      let sum = 0;
      for (const [place, weight] of taps) sum += weight * latents[line * width + place]!;
      wide[line * to.width + x] = sum;
    }
  const result = new Float32Array(channels * to.height * to.width);
  for (let channel = 0; channel < channels; channel++)
    for (const [y, taps] of rows.entries())
      for (let x = 0; x < to.width; x++) {
        let sum = 0;
        for (const [place, weight] of taps) sum += weight * wide[(channel * height + place) * to.width + x]!;
        result[(channel * to.height + y) * to.width + x] = sum;
      }
  return result;
}

function tapsOf(mode: LatentResize, place: number, from: number, to: number): Taps {
  const scale = from / to;
  const center = (place + 0.5) * scale - 0.5;
  const inside = (source: number) => Math.min(from - 1, Math.max(0, source));
  switch (mode) {
    case 'nearest':
      return [[inside(Math.floor(place * scale)), 1]];
    case 'nearest-exact':
      return [[inside(Math.floor((place + 0.5) * scale)), 1]];
    case 'bilinear': {
      const source = Math.max(0, center);
      const first = Math.floor(source);
      const part = source - first;
      return [
        [inside(first), 1 - part],
        [inside(first + 1), part],
      ];
    }
    case 'bicubic': {
      const first = Math.floor(center);
      return [-1, 0, 1, 2].map(
        (step) => [inside(first + step), cubic(center - first - step, BICUBIC)] as const,
      );
    }
    case 'bilinear-antialias':
      return filtered(place, scale, from, 1, (x) => Math.max(0, 1 - Math.abs(x)));
    case 'bicubic-antialias':
      return filtered(place, scale, from, 2, (x) => cubic(x, BICUBIC_ANTIALIAS));
  }
}

/** A filter that widens when the picture shrinks; what would lie outside is left out and the rest weighted up. */
function filtered(
  place: number,
  scale: number,
  from: number,
  support: number,
  weightOf: (x: number) => number,
): Taps {
  const spread = Math.max(scale, 1);
  const center = (place + 0.5) * scale;
  const first = Math.max(0, Math.trunc(center - support * spread + 0.5));
  const last = Math.min(from, Math.trunc(center + support * spread + 0.5));
  const raw = Array.from({ length: last - first }, (_, i) => weightOf((first + i - center + 0.5) / spread));
  const total = raw.reduce((sum, weight) => sum + weight, 0);
  return raw.map((weight, i) => [first + i, weight / total]);
}

function cubic(x: number, a: number): number {
  const distance = Math.abs(x);
  if (distance < 1) return ((a + 2) * distance - (a + 3)) * distance * distance + 1;
  if (distance < 2) return (((distance - 5) * distance + 8) * distance - 4) * a;
  return 0;
}
