/** Predicts a byte from its neighbours: left, above, above left. */
type Predictor = (left: number, above: number, corner: number) => number;

/** PNG's five filters, by number. */
const PREDICTORS: readonly Predictor[] = [
  () => 0,
  (left) => left,
  (_, above) => above,
  (left, above) => (left + above) >> 1,
  (left, above, corner) => {
    // Distances from left + above - corner.
    const toLeft = Math.abs(above - corner);
    const toAbove = Math.abs(left - corner);
    const toCorner = Math.abs(left + above - 2 * corner);
    if (toLeft <= toAbove && toLeft <= toCorner) return left;
    return toAbove <= toCorner ? above : corner;
  },
];

/**
 * Pixels with PNG's filters applied, a filter's number before each row. Takes the filter whose differences are the
 * smallest in sum, the rule PNG's specification recommends.
 * @param stride bytes of a row, `depth` bytes of a pixel.
 */
export function filterRows(pixels: Uint8Array, stride: number, height: number, depth: number): Uint8Array {
  const result = new Uint8Array((stride + 1) * height);
  const candidate = new Uint8Array(stride);
  for (let row = 0; row < height; row++) {
    let best = Number.POSITIVE_INFINITY;
    for (const [number, predict] of PREDICTORS.entries()) {
      const cost = filterRow(pixels, row * stride, stride, row > 0, depth, predict, candidate);
      if (cost >= best) continue;
      best = cost;
      result[row * (stride + 1)] = number;
      result.set(candidate, row * (stride + 1) + 1);
    }
  }
  return result;
}

function filterRow(
  pixels: Uint8Array,
  start: number,
  stride: number,
  hasAbove: boolean,
  depth: number,
  predict: Predictor,
  filtered: Uint8Array,
): number {
  let cost = 0;
  for (let i = 0; i < stride; i++) {
    const left = i >= depth ? pixels[start + i - depth]! : 0;
    const above = hasAbove ? pixels[start + i - stride]! : 0;
    const corner = hasAbove && i >= depth ? pixels[start + i - stride - depth]! : 0;
    const difference = (pixels[start + i]! - predict(left, above, corner)) & 0xff;
    filtered[i] = difference;
    cost += difference < 128 ? difference : 256 - difference;
  }
  return cost;
}

/**
 * The rows of a picture with PNG's filters taken back; undefined where a row names a filter that does not exist.
 * @param filtered rows of `stride` bytes, each with its filter's number before it.
 */
export function unfilterRows(
  filtered: Uint8Array,
  stride: number,
  height: number,
  depth: number,
): Uint8Array | undefined {
  const pixels = new Uint8Array(stride * height);
  for (let row = 0; row < height; row++) {
    const from = row * (stride + 1);
    const predict = PREDICTORS[filtered[from]!];
    if (!predict) return undefined;
    const start = row * stride;
    for (let i = 0; i < stride; i++) {
      const left = i >= depth ? pixels[start + i - depth]! : 0;
      const above = row > 0 ? pixels[start + i - stride]! : 0;
      const corner = row > 0 && i >= depth ? pixels[start + i - stride - depth]! : 0;
      pixels[start + i] = filtered[from + 1 + i]! + predict(left, above, corner);
    }
  }
  return pixels;
}
