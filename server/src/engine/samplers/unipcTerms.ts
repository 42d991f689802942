import type { UniPcVariant } from '../../shared/samplingSettings';
import type { Term } from './latents';
import { inverse, solveLinear } from './linear';

/** A model output and the λ = -ln σ it was made at. */
export interface Known {
  readonly denoised: Float32Array;
  readonly lambda: number;
}

/**
 * What the outputs before the latest one add to a step of length `h` in λ: the predictor's terms, or the corrector's with
 * the model's `output` at the end of the step (Zhao et al. 2023, algorithms 5 to 8).
 * @param known outputs, newest first.
 */
export function unipcTerms(
  variant: UniPcVariant,
  known: readonly Known[],
  h: number,
  output: Float32Array | undefined,
): Term[] {
  const [current, ...older] = known as readonly [Known, ...Known[]];
  if (older.length === 0 && !output) return [];
  const places = older.map(({ lambda }) => (lambda - current.lambda) / h);
  const weights =
    variant === 'vary_coeff'
      ? varyingWeights(places, h, output !== undefined)
      : fixedWeights(places, h, variant, output !== undefined);
  const terms = older.flatMap((one, i) =>
    difference(one.denoised, current.denoised, weights[i]! / places[i]!),
  );
  return output ? [...terms, ...difference(output, current.denoised, weights.at(-1)!)] : terms;
}

function difference(value: Float32Array, from: Float32Array, factor: number): [Term, Term] {
  return [
    [factor, value],
    [-factor, from],
  ];
}

/** Weights of the differences with B(h) = h (`bh1`) or e^h - 1 (`bh2`); the corrector's has one more. */
function fixedWeights(
  places: readonly number[],
  h: number,
  variant: 'bh1' | 'bh2',
  isCorrector: boolean,
): number[] {
  const growth = variant === 'bh1' ? -h : Math.expm1(-h);
  const all = isCorrector ? [...places, 1] : places;
  const weights =
    all.length === 1
      ? [0.5]
      : solveLinear(
          all.map((_, k) => all.map((place) => place ** k)),
          momentsOf(all.length, h).map((moment) => moment / growth),
        );
  return weights.map((weight) => -growth * weight);
}

/** k!·φ_{k+1}(-h)·(-h), k = 1 … count: what the polynomials of one step have to integrate to. */
function momentsOf(count: number, h: number): number[] {
  return phisOf(count, h).map((phi, i) => phi * factorial(i + 1));
}

/** φ_{k+1}(-h)·(-h), k = 1 … count. */
function phisOf(count: number, h: number): number[] {
  const phis: number[] = [];
  let phi = Math.expm1(-h);
  for (let k = 1; k <= count; k++) {
    phi = phi / -h - 1 / factorial(k);
    phis.push(phi);
  }
  return phis;
}

function factorial(n: number): number {
  return n <= 1 ? 1 : n * factorial(n - 1);
}

/**
 * Weights of the variant with varying coefficients. The last difference of the corrector has the coefficient of the row
 * before its own, as in the original code.
 */
function varyingWeights(places: readonly number[], h: number, isCorrector: boolean): number[] {
  const all = isCorrector ? [...places, 1] : places;
  const coefficients = inverse(all.map((place) => all.map((_, k) => place ** k / factorial(k + 1))));
  const phis = phisOf(all.length, h);
  const count = places.length;
  const weights = places.map((_, i) => {
    let sum = 0;
    for (let k = 0; k < count; k++) sum -= phis[k]! * coefficients[k]![i]!;
    return sum;
  });
  const row = coefficients[Math.max(0, count - 1)]!;
  return isCorrector ? [...weights, -phis[count]! * row.at(-1)!] : weights;
}
