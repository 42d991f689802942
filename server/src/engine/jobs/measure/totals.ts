import type { MeasuredLora, MeasuredPair } from '../../../shared/measurement';

/** Sums of squares of one network in one block. */
interface Sums {
  change: number;
  base: number;
  touched: number;
}

/** Sums of two networks over what both touch. */
interface PairSums {
  dot: number;
  first: number;
  second: number;
  common: number;
  readonly blocks: Map<string, number>;
}

/** Adds up what is seen, matrix by matrix; networks go by their places in the list. */
export interface Totals {
  /** ‖ΔW‖² of one network in one matrix, and ‖W0‖² of that matrix. */
  addChange(lora: number, block: string, change: number, base: number): void;
  /** ⟨ΔWa, ΔWb⟩ of two networks in one matrix, and their own squares there. */
  addPair(
    places: readonly [number, number],
    block: string,
    dot: number,
    squares: readonly [number, number],
  ): void;
  /** @param modules matrices of each block of the model, in its order */
  lora(lora: number, modules: ReadonlyMap<string, number>): Pick<MeasuredLora, 'ratio' | 'blocks'>;
  pairs(): MeasuredPair[];
}

export function createTotals(): Totals {
  const own = new Map<number, Map<string, Sums>>();
  const pairs = new Map<string, PairSums>();
  return {
    addChange(lora, block, change, base) {
      const blocks = entryOf(own, lora, () => new Map<string, Sums>());
      const sums = entryOf(blocks, block, () => ({ change: 0, base: 0, touched: 0 }));
      sums.change += change;
      sums.base += base;
      sums.touched++;
    },
    addPair(places, block, dot, [first, second]) {
      const sums = entryOf(pairs, places.join(' '), () => ({
        ...{ dot: 0, first: 0, second: 0, common: 0 },
        blocks: new Map<string, number>(),
      }));
      sums.dot += dot;
      sums.first += first;
      sums.second += second;
      sums.common++;
      sums.blocks.set(block, (sums.blocks.get(block) ?? 0) + dot);
    },
    lora: (lora, modules) => ratiosOf(own.get(lora) ?? new Map(), modules),
    pairs: () => [...pairs].flatMap(([key, sums]) => pairOf(key, sums)),
  };
}

function entryOf<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

function ratiosOf(
  sums: ReadonlyMap<string, Sums>,
  modules: ReadonlyMap<string, number>,
): Pick<MeasuredLora, 'ratio' | 'blocks'> {
  const ratio = (change: number, base: number) => (base > 0 ? Math.sqrt(change / base) : 0);
  const all = [...sums.values()];
  const total = (key: 'change' | 'base') => all.reduce((sum, one) => sum + one[key], 0);
  return {
    ...(all.length > 0 && { ratio: ratio(total('change'), total('base')) }),
    blocks: [...modules].flatMap(([block, count]) => {
      const own = sums.get(block);
      if (!own) return [];
      const [change, base] = [Math.sqrt(own.change), Math.sqrt(own.base)];
      const { touched } = own;
      return [{ block, ratio: ratio(own.change, own.base), touched, modules: count, change, base }];
    }),
  };
}

function pairOf(key: string, { dot, first, second, common, blocks }: PairSums): MeasuredPair[] {
  const [left, right] = key.split(' ').map(Number) as [number, number];
  if (first === 0 || second === 0) return [];
  const cosine = Math.max(-1, Math.min(1, dot / Math.sqrt(first * second)));
  const overlaps = [...blocks].map(([block, product]) => ({ block, dot: product }));
  return [{ first: left, second: right, cosine, common, overlaps }];
}
