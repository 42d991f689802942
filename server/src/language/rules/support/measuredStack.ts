import type { LoraFacts, ModelFacts } from '../../../shared/facts';
import type { MeasuredLookup } from '../../../shared/measurement';

/** A LoRA of a prompt with its weights. */
export interface StackMember {
  readonly facts: LoraFacts;
  readonly te: number;
  readonly unet: number;
}

/** What a stack of LoRAs does to one block of a model. */
export interface BlockLoad {
  readonly block: string;
  /** ‖Σ wᵢ·ΔWᵢ‖ over ‖W0‖ of what they touch: an upper bound, unless `isExact`. */
  readonly ratio: number;
  readonly isExact: boolean;
  /** ‖W0‖. */
  readonly base: number;
  /** Share of each member in the square of the norm; they add up to 1. */
  readonly shares: readonly number[];
  /** The square of the norm as a polynomial of one member's weight: `a·w² + b·w + c`. */
  squareOf(member: number): readonly [a: number, b: number, c: number];
}

/** Which of a LoRA's two weights counts in a block. */
export function partOf(block: string): 'te' | 'unet' {
  return block.startsWith('text_encoder') ? 'te' : 'unet';
}

/**
 * Every block that some member changes. Where the inner product of two members was measured, their changes add up as
 * vectors do; where not, their norms are added, which is the most they can come to.
 */
export function loadsOf(
  members: readonly StackMember[],
  model: ModelFacts,
  measured: MeasuredLookup,
): BlockLoad[] {
  const changes = members.map(({ facts }) => measured.change(facts, model) ?? []);
  const overlaps = members.map((first, i) =>
    members.map((second, j) => (j > i ? measured.overlap(first.facts, second.facts, model) : undefined)),
  );
  const names = new Set(changes.flatMap((list) => list.map(({ block }) => block)));
  return [...names].map((block) => {
    const own = changes.map((list) => list.find((change) => change.block === block));
    const weights = members.map((member) => member[partOf(block)]);
    const base = Math.max(...own.map((change, i) => (weights[i] === 0 ? 0 : (change?.base ?? 0))));
    let isExact = true;
    /** The inner product of two members at their weights. */
    const term = (i: number, j: number): number => {
      const [a, b] = [own[i]?.change ?? 0, own[j]?.change ?? 0];
      const known = sameFile(members[i]!, members[j]!)
        ? a * b
        : dotOf(overlaps[Math.min(i, j)]![Math.max(i, j)], block);
      if (known !== undefined) return weights[i]! * weights[j]! * known;
      if (weights[i]! * weights[j]! * a * b !== 0) isExact = false;
      return Math.abs(weights[i]! * weights[j]!) * a * b;
    };
    const rows = members.map((_, i) => members.reduce((sum, _two, j) => sum + term(i, j), 0));
    const square = Math.max(
      0,
      rows.reduce((sum, row) => sum + row, 0),
    );
    return {
      block,
      ratio: base > 0 ? Math.sqrt(square) / base : 0,
      isExact,
      base,
      shares: rows.map((row) => (square > 0 ? row / square : 0)),
      squareOf(member) {
        const weight = weights[member]!;
        const alone = term(member, member);
        const cross = 2 * (rows[member]! - alone);
        return [alone / weight ** 2, cross / weight, square - alone - cross];
      },
    };
  });
}

function sameFile(first: StackMember, second: StackMember): boolean {
  return first.facts === second.facts;
}

function dotOf(list: ReturnType<MeasuredLookup['overlap']>, block: string): number | undefined {
  return list && (list.find((one) => one.block === block)?.dot ?? 0);
}

/** Cosine of the angle between two LoRAs' changes of the whole model; undefined where it was not measured. */
export function cosineOf(
  first: LoraFacts,
  second: LoraFacts,
  model: ModelFacts,
  measured: MeasuredLookup,
): number | undefined {
  const overlap = measured.overlap(first, second, model);
  const [a, b] = [measured.change(first, model), measured.change(second, model)];
  if (!overlap || !a || !b) return undefined;
  const length = (list: typeof a) => Math.sqrt(list.reduce((sum, { change }) => sum + change ** 2, 0));
  const product = length(a) * length(b);
  return product > 0 ? overlap.reduce((sum, { dot }) => sum + dot, 0) / product : undefined;
}
