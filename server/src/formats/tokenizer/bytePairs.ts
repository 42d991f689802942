/**
 * Byte-pair encoding of one word: joins the pair of lowest rank, everywhere it stands and from left to right, until no
 * known pair is left. `ranks` has pairs written with a space between them. Time grows with n log n: a heap of ranks
 * and, for each rank, the places of its pair; a plain search for the next pair would take the square on a long word.
 */
export function joinPairs(symbols: readonly string[], ranks: ReadonlyMap<string, number>): readonly string[] {
  if (symbols.length < 2) return symbols;
  /** The piece that begins at an index, or undefined when it was joined to the one before. */
  const pieces: (string | undefined)[] = [...symbols];
  const next = symbols.map((_, index) => index + 1);
  const previous = symbols.map((_, index) => index - 1);
  const places = new Map<number, number[]>();
  const heap = createHeap();

  const rankAt = (left: number): number | undefined => {
    const right = next[left] as number;
    return right < pieces.length ? ranks.get(`${pieces[left]} ${pieces[right]}`) : undefined;
  };
  const note = (left: number): void => {
    const rank = left < 0 ? undefined : rankAt(left);
    if (rank === undefined) return;
    const known = places.get(rank);
    if (known === undefined) {
      places.set(rank, [left]);
      heap.push(rank);
    } else known.push(left);
  };

  for (let index = 0; index + 1 < pieces.length; index++) note(index);
  for (let rank = heap.pop(); rank !== undefined; rank = heap.pop()) {
    const lefts = (places.get(rank) as number[]).sort((a, b) => a - b);
    places.delete(rank);
    const joined: number[] = [];
    for (const left of lefts) {
      // A pair may have lost one of its halves since it was noted.
      if (pieces[left] === undefined || rankAt(left) !== rank) continue;
      const right = next[left] as number;
      const after = next[right] as number;
      pieces[left] = `${pieces[left]}${pieces[right]}`;
      pieces[right] = undefined;
      next[left] = after;
      if (after < pieces.length) previous[after] = left;
      joined.push(left);
    }
    // All places of one pair come first, even before a pair of lower rank that they make.
    for (const left of joined) {
      note(previous[left] as number);
      note(left);
    }
  }
  return pieces.filter((piece) => piece !== undefined);
}

interface Heap {
  push(value: number): void;
  /** The least value. */
  pop(): number | undefined;
}

function createHeap(): Heap {
  const values: number[] = [];
  const swap = (a: number, b: number): void => {
    [values[a], values[b]] = [values[b] as number, values[a] as number];
  };
  const isLess = (a: number, b: number): boolean => (values[a] as number) < (values[b] as number);
  return {
    push(value) {
      values.push(value);
      for (let at = values.length - 1; at > 0; ) {
        const parent = (at - 1) >> 1;
        if (!isLess(at, parent)) return;
        swap(at, parent);
        at = parent;
      }
    },
    pop() {
      if (values.length === 0) return undefined;
      swap(0, values.length - 1);
      const least = values.pop();
      for (let at = 0; ; ) {
        let child = 2 * at + 1;
        if (child >= values.length) return least;
        if (child + 1 < values.length && isLess(child + 1, child)) child++;
        if (!isLess(child, at)) return least;
        swap(at, child);
        at = child;
      }
    },
  };
}
