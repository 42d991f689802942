import { parseFloatPython } from '../../text/python';

/** A weight that changes over the steps, as the loractl extension writes it: `0@0,1@0.5`. */
export interface WeightCurve {
  readonly weights: readonly number[];
  /** Ascending; fractions of the steps when the last one is at most 1, else steps. */
  readonly positions: readonly number[];
}

/** True when an argument looks like a weight curve rather than a weight. */
export function isWeightCurve(text: string): boolean {
  return text.includes('@');
}

/**
 * Reads a weight: a number, a curve, or undefined where Python would raise ValueError. A point without `@` stands at 1,
 * points are sorted by position, and a first point without any `@` makes the whole argument that one number.
 */
export function readWeightCurve(text: string): number | WeightCurve | undefined {
  const points: [weight: number, position: number][] = [];
  for (const part of text.split(/[,;]/)) {
    const fields = part.split('@');
    const weight = parseFloatPython(fields[0] ?? '');
    if (weight === undefined) return undefined;
    if (points.length === 0 && fields.length === 1) return weight;
    const position = fields.length > 1 ? parseFloatPython(fields[1] ?? '') : 1;
    if (position === undefined) return undefined;
    points.push([weight, position]);
  }
  points.sort((a, b) => a[1] - b[1]);
  return { weights: points.map(([weight]) => weight), positions: points.map(([, position]) => position) };
}
