import type { LoraFacts, ModelFacts } from './facts';
import type { PlanLora, PlanModel } from './plan';

/** Networks to be measured against a model's weights, each at the weights its entry gives. */
export interface MeasurePlan {
  readonly model: PlanModel;
  readonly loras: readonly PlanLora[];
}

/** How much networks change a model. Ratios are ‖ΔW‖/‖W0‖ in the Frobenius norm, over the matrices a network touches. */
export interface Measurement {
  readonly loras: readonly MeasuredLora[];
  /** Every two networks that touch a module in common. */
  readonly pairs: readonly MeasuredPair[];
}

export interface MeasuredLora {
  readonly name: string;
  /** Modules of the file that have a place in the model, and how many the file has. */
  readonly applied: number;
  readonly total: number;
  readonly reasons: readonly string[];
  /** Over everything touched; undefined when nothing is. */
  readonly ratio?: number;
  /** In the model's order; only those the network touches. */
  readonly blocks: readonly MeasuredBlock[];
}

/** A block: `down_blocks.0`, `mid_block`, `text_encoder` … */
export interface MeasuredBlock {
  readonly block: string;
  readonly ratio: number;
  /** Matrices the network touches, and how many the block has. */
  readonly touched: number;
  readonly modules: number;
  /** ‖ΔW‖ and ‖W0‖ over the matrices touched, whose ratio is `ratio`. */
  readonly change: number;
  readonly base: number;
}

export interface MeasuredPair {
  /** Places in `loras`. */
  readonly first: number;
  readonly second: number;
  /** Cosine of the angle between the two changes over the matrices both touch: 1 is the same change, whatever its size. */
  readonly cosine: number;
  /** Matrices both touch. */
  readonly common: number;
  /** ⟨ΔWa, ΔWb⟩ block by block; a block that is not here has none that both touch. */
  readonly overlaps: readonly BlockOverlap[];
}

/** What one network at weight 1 changes in one block: lengths of ΔW and of the W0 it touches. */
export type BlockChange = Pick<MeasuredBlock, 'block' | 'change' | 'base'>;

/** The inner product of two networks' changes in one block, both at weight 1. */
export interface BlockOverlap {
  readonly block: string;
  readonly dot: number;
}

export type KnownBlock = Omit<MeasuredBlock, 'ratio'>;

/** What a measurement of some networks at weight 1 says block by block; every `Measurement` is one. */
export interface KnownChanges {
  readonly loras: readonly { readonly blocks: readonly KnownBlock[] }[];
  readonly pairs: readonly Pick<MeasuredPair, 'first' | 'second' | 'overlaps'>[];
}

/** What was measured of how networks change models; undefined for what never was. */
export interface MeasuredLookup {
  change(lora: LoraFacts, model: ModelFacts): readonly BlockChange[] | undefined;
  overlap(first: LoraFacts, second: LoraFacts, model: ModelFacts): readonly BlockOverlap[] | undefined;
}
