/** Solves rows · x = right for x by Gaussian elimination with pivoting. */
export function solveLinear(rows: readonly (readonly number[])[], right: readonly number[]): number[] {
  const size = right.length;
  const work = rows.map((row, i) => [...row, right[i]!]);
  for (let column = 0; column < size; column++) {
    let pivot = column;
    for (let row = column + 1; row < size; row++)
      if (Math.abs(work[row]![column]!) > Math.abs(work[pivot]![column]!)) pivot = row;
    [work[column], work[pivot]] = [work[pivot]!, work[column]!];
    for (let row = 0; row < size; row++) {
      if (row === column) continue;
      const factor = work[row]![column]! / work[column]![column]!;
      for (let k = column; k <= size; k++) work[row]![k]! -= factor * work[column]![k]!;
    }
  }
  return work.map((row, k) => row[size]! / row[k]!);
}

/** The inverse of a square matrix, row by row. */
export function inverse(rows: readonly (readonly number[])[]): number[][] {
  const columns = rows.map((_, i) =>
    solveLinear(
      rows,
      rows.map((_, k) => (k === i ? 1 : 0)),
    ),
  );
  return rows.map((_, row) => columns.map((column) => column[row]!));
}
