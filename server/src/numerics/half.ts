/** Largest finite half-precision number. */
const LARGEST = 65504;

/** Rounds to the nearest half-precision number (IEEE 754 binary16), ties to even; beyond the largest one is infinity. */
export function roundToHalf(value: number): number {
  if (!Number.isFinite(value) || value === 0) return value;
  // Below 2^-14 the spacing stays that of the subnormal numbers.
  const exponent = Math.max(-14, Math.floor(Math.log2(Math.abs(value))));
  const spacing = 2 ** (exponent - 10);
  const scaled = value / spacing;
  const floor = Math.floor(scaled);
  const rest = scaled - floor;
  const whole = rest > 0.5 || (rest === 0.5 && floor % 2 !== 0) ? floor + 1 : floor;
  const rounded = whole * spacing;
  return Math.abs(rounded) > LARGEST ? Math.sign(rounded) * Number.POSITIVE_INFINITY : rounded;
}
