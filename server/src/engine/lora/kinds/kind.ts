import type { Result } from '../../../shared/problem';
import { failure } from '../../../shared/problem';
import { addProduct, createScratch, rowsOf } from '../product';
import type { Steps } from '../steps';
import { sizeOf, type Tensor64 } from '../tensor';

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

/** A change at one strength, ready to be made to any rows of a weight. */
export interface RowChange {
  /** Rows that are changed together: a block begins at a multiple of it and ends at one, or with the weight. */
  readonly together: number;
  /** Turns rows of W, from row `first` on, into those of W′ where they are: `block` is `[rows, everything else]`. */
  apply(block: Float64Array, first: number): void;
  /** The same in steps of some milliseconds, where so many rows belong together that all at once takes long. */
  applying?(block: Float64Array, first: number): Steps<void>;
}

/** One way of storing a change of weights. */
export interface LoraKind {
  readonly name: string;
  matches(tensors: ModuleTensors): boolean;
  /** The change at a strength, alpha included. `shape` is the weight's, PyTorch layout. */
  prepare(tensors: ModuleTensors, shape: readonly number[], strength: number): Result<RowChange>;
  /** False for a module of this kind that is no pair of low-rank factors; all are, where this is left out and `lowRank` is not. */
  isThin?(tensors: ModuleTensors): boolean;
  /** The same as two low-rank factors, where the kind allows it. */
  lowRank?(tensors: ModuleTensors, shape: readonly number[]): Result<LowRank>;
}

/** Numbers of a weight that are changed at a time: they and their change stay in the CPU caches. */
const BLOCK = 2 ** 15;

/** How many rows of that width to change at a time, whatever number of them belongs together: a multiple of four if it can be. */
export function rowsAtATime(together: number, width: number): number {
  const times = Math.max(1, Math.floor(BLOCK / (width * together)));
  return together * (together === 1 ? 4 * Math.ceil(times / 4) : times);
}

/** Makes the change to rows of a weight, where they are; `start` is the first one's number. */
export function changeRows(
  { together, apply }: RowChange,
  data: Float64Array,
  rows: number,
  start = 0,
): void {
  const width = data.length / rows;
  const count = rowsAtATime(together, width);
  for (let first = 0; first < rows; first += count)
    apply(data.subarray(first * width, (first + count) * width), start + first);
}

/** The change by two factors, `up [out, rank]` and `down [rank, everything else]`. */
export function addFactors(up: Float64Array, down: Float64Array, rank: number, by: number): RowChange {
  const width = down.length / rank;
  const left = up.map((value) => by * value);
  return {
    together: 1,
    apply(block, first) {
      const rows = block.length / width;
      addProduct(
        rowsOf(block, width),
        rowsOf(left, rank, first * rank),
        rowsOf(down, width),
        rows,
        rank,
        width,
      );
    },
  };
}

const stored = createScratch();

/** The numbers of a tensor that belong to a block of a weight of the same size. */
export function partOf(
  tensor: Tensor64,
  block: Float64Array,
  first: number,
  shape: readonly number[],
): Float64Array {
  const from = first * (sizeOf(shape) / shape[0]!);
  if (!tensor.copyPart) return tensor.data.subarray(from, from + block.length);
  const part = stored(block.length);
  tensor.copyPart(from, part);
  return part;
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
