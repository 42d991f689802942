import { golden } from '../engine/golden';

/** Rows that the real web UI made; test/golden/a1111-real names the program, its version and the command in each header. */
export function webuiRows<Row>(file: string): Row[] {
  return golden<{ rows: Row[] }>(`a1111-real/${file}`).rows;
}

/** A number as the files write it: infinite ones and NaN are words. */
export type Written = number | 'inf' | 'nan';

export function numberOf(value: Written): number {
  if (value === 'inf') return Number.POSITIVE_INFINITY;
  return value === 'nan' ? Number.NaN : value;
}

/** The largest difference, in units of the largest number wanted. */
export function offBy(actual: ArrayLike<number>, wanted: readonly Written[]): number {
  if (actual.length !== wanted.length) return Number.POSITIVE_INFINITY;
  const numbers = wanted.map(numberOf);
  const scale = Math.max(...numbers.filter(Number.isFinite).map(Math.abs), 1e-12);
  let worst = 0;
  for (const [i, value] of numbers.entries()) {
    const own = actual[i]!;
    if (Object.is(own, value) || own === value) continue;
    const difference = Math.abs(own - value) / scale;
    if (!(difference <= worst)) worst = difference;
  }
  return worst;
}
