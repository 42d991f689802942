const { fround } = Math;

/**
 * e^x in float32 as vectorised maths libraries compute it: x = q·ln 2 + r, a polynomial in r, every step rounded. It
 * differs from the rounded exact value in about every tenth case, in the last bit; the noise of a Brownian path
 * differs visibly when a time does.
 * Coefficients: minimax, of the SLEEF library's `expf` (1.0 ULP).
 */
export function expFloat32(x: number): number {
  const q = Math.round(fround(x * LOG2_E));
  let r = multiplyAdd(q, -LN2_HIGH, x);
  r = multiplyAdd(q, -LN2_LOW, r);
  let sum = COEFFICIENTS[0]!;
  for (const coefficient of COEFFICIENTS.slice(1)) sum = multiplyAdd(sum, r, coefficient);
  return fround(1 + multiplyAdd(fround(r * r), sum, r)) * 2 ** q;
}

const LOG2_E = fround(Math.LOG2E);
/** ln 2 in two parts: q times the first is exact. */
const LN2_HIGH = fround(0.693145751953125);
const LN2_LOW = fround(1.428606765330187e-6);
const COEFFICIENTS = [
  0.00019852761761285365, 0.001393043552545345, 0.008333360776305199, 0.041666485369205475, 0.16666667163372,
  0.5,
].map(fround);

/** a·b + c of float32 numbers, rounded once: the product of two is exact in float64. */
export function multiplyAdd(a: number, b: number, c: number): number {
  return fround(a * b + c);
}

/** Numbers a vectorised loop handles at once, twice over in each round. */
const LANES = 8;

/**
 * `torch.linspace` in float32: counted from the start in the first half and from the end in the second, where whole
 * rounds of the vectorised loop count eight numbers from the first of them.
 */
export function linspaceFloat32(start: number, end: number, count: number): number[] {
  if (count === 1) return [fround(start)];
  const [first, last] = [fround(start), fround(end)];
  const step = fround(fround(last - first) / (count - 1));
  const halfway = Math.floor(count / 2);
  const at = (i: number) =>
    i < halfway ? multiplyAdd(step, i, first) : multiplyAdd(-step, count - 1 - i, last);
  const vectorised = count - (count % (2 * LANES));
  return Array.from({ length: count }, (_, i) => {
    const lane = i < vectorised ? i % LANES : 0;
    return fround(fround(step * lane) + at(i - lane));
  });
}
