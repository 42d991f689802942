import type { Result } from '../../../shared/problem';
import { failure } from '../../../shared/problem';
import type { Tensor64 } from '../tensor';

/**
 * The tensors of one module of a network file by role, whatever the trainer called them: `lora_down`, `lora_up`,
 * `alpha`, `dora_scale`, `hada_w1_a` … `diff` and so on; the roles are listed in `formats/lora/suffixes.ts`.
 */
export interface ModuleTensors {
  has(name: string): boolean;
  /** Reads and converts the tensor; undefined when the module has none of that name. */
  get(name: string): Tensor64 | undefined;
  /** What a PEFT configuration outside the tensors says of the module. */
  readonly peft?: PeftConfig;
}

/** What PEFT keeps outside the tensors. */
export interface PeftConfig {
  readonly alpha?: number;
  /** For kinds whose tensors may not show it. */
  readonly rank?: number;
  /** Scale by alpha/√rank rather than alpha/rank. */
  readonly rslora: boolean;
  /** How the rotations of OFT are made. */
  readonly oft?: {
    /** Terms of the sum of powers; undefined: the exact inverse. */
    readonly terms?: number;
    /** Length a block is held to; undefined: none. */
    readonly limit?: number;
  };
}

/**
 * ΔW = scale · upᵀ · down, with `down` `[rank, in·kernel]` and `up` `[rank, out]`, both row-major. Rows of several
 * networks can be put one after the other.
 */
export interface LowRank {
  readonly rank: number;
  readonly down: Float32Array;
  readonly up: Float32Array;
  /** alpha/rank, to be multiplied by the user's weight. */
  readonly scale: number;
}

/** One way of storing a change of weights. */
export interface LoraKind {
  readonly name: string;
  matches(tensors: ModuleTensors): boolean;
  /** ΔW at strength 1, alpha included, in the weight's shape. `weight` is W as it is when this network's turn comes. */
  delta?(tensors: ModuleTensors, weight: Tensor64): Result<Float64Array>;
  /** The same as two thin factors, where the kind allows it. `shape` is the weight's, PyTorch layout. */
  lowRank?(tensors: ModuleTensors, shape: readonly number[]): Result<LowRank>;
  /** W′, for kinds whose strength is no factor on a ΔW. */
  merge?(tensors: ModuleTensors, weight: Tensor64, strength: number): Result<Float64Array>;
}

/** The failure of a module whose tensors do not make a weight of the model's shape. */
export function misfit(made: readonly number[], shape: readonly number[]): Result<never> {
  return failure(
    'lora-shape',
    `its tensors make ${made.join('×')}, the model's weight is ${shape.join('×')}`,
    'Use a network that was trained for this model.',
  );
}

/** The failure of a module whose tensors are incomplete or contradict each other. */
export function malformed(what: string): Result<never> {
  return failure('lora-module', what, 'The file is damaged or of an unknown kind; get it again.');
}

/**
 * The factor on ΔW: the file's own `scale`, or alpha/rank; alpha missing means 1, unless a PEFT configuration names it.
 */
export function scaleOf(tensors: ModuleTensors, rank: number): number {
  const own = tensors.get('scale')?.data[0];
  if (own !== undefined && Number.isFinite(own)) return own;
  const alpha = tensors.get('alpha')?.data[0];
  if (alpha !== undefined && Number.isFinite(alpha)) return alpha / rank;
  if (tensors.peft?.alpha === undefined) return 1;
  return tensors.peft.alpha / (tensors.peft.rslora ? Math.sqrt(rank) : rank);
}

/** Multiplies in place and returns its argument. */
export function scaled(data: Float64Array, factor: number): Float64Array {
  if (factor !== 1) for (let i = 0; i < data.length; i++) data[i] *= factor;
  return data;
}
