import { type Result, success } from '../../../shared/problem';
import { toFloats, turnedFloats } from '../floats';
import { sizeOf, type Tensor64 } from '../tensor';
import { addFactors, type LoraKind, type ModuleTensors, malformed, misfit, scaleOf } from './kind';

/**
 * LoRA and LoCon: ΔW = up · down. A Tucker core `mid` between the factors is folded into `down`, which leaves two
 * low-rank factors again. 2-D factors fit a 1×1 convolution and the other way round: only the number of elements counts.
 */
export const lora: LoraKind = {
  name: 'lora',
  matches: (tensors) => tensors.has('lora_down') && tensors.has('lora_up'),
  prepare(tensors, shape, strength) {
    const factors = factorsOf(tensors, shape);
    if (!factors.ok) return factors;
    const { rank, up, scale } = factors.value;
    return success(addFactors(up.data, downOf(factors.value), rank, strength * scale));
  },
  lowRank(tensors, shape) {
    const factors = factorsOf(tensors, shape);
    if (!factors.ok) return factors;
    const { rank, core, down, up, scale } = factors.value;
    return success({
      rank,
      down: core ? new Float32Array(downOf(factors.value)) : toFloats(down),
      up: turnedFloats(up, shape[0]!, rank),
      scale,
    });
  },
};

interface Factors {
  readonly rank: number;
  /** `[rank, in·kernel]`, or `[n, in]` below a core `[rank, n, kernel]`. */
  readonly down: Tensor64;
  readonly core?: Tensor64;
  /** `[out, rank]`. */
  readonly up: Tensor64;
  readonly scale: number;
}

/** The factors of a module, by their shapes alone: none is read yet. */
function factorsOf(tensors: ModuleTensors, shape: readonly number[]): Result<Factors> {
  const down = tensors.get('lora_down');
  const up = tensors.get('lora_up');
  const core = tensors.get('lora_mid');
  if (!down || !up) return malformed('one of its two factors is missing');
  const [out, rank] = sidesOf(up);
  const [rows, inputs] = sidesOf(down);
  if (rank === 0 || rows !== (core ? core.shape[1] : rank) || (core && core.shape[0] !== rank))
    return malformed(
      `its factors disagree about the rank: ${up.shape.join('×')} and ${down.shape.join('×')}`,
    );
  const width = inputs * (core ? sizeOf(core.shape.slice(2)) : 1);
  if (out !== shape[0] || out * width !== sizeOf(shape))
    return misfit([out, ...down.shape.slice(1), ...(core?.shape.slice(2) ?? [])], shape);
  return success({ rank, down, up, scale: scaleOf(tensors, rows), ...(core && { core }) });
}

/** The tensor's first axis, and all the others as one. */
function sidesOf({ shape }: Tensor64): [rows: number, columns: number] {
  const rows = shape[0] ?? 1;
  return [rows, rows === 0 ? 0 : sizeOf(shape) / rows];
}

/** `[rank, in·kernel]`. */
function downOf({ rank, core, down }: Factors): Float64Array {
  if (!core) return down.data;
  const kernel = sizeOf(core.shape.slice(2));
  const [rows, inputs] = sidesOf(down);
  return foldCore(core.data, down.data, rank, rows, inputs, kernel);
}

/** `mid [m, n, kernel]`, `down [n, in]` → `[m, in, kernel]`. */
function foldCore(
  mid: Float64Array,
  down: Float64Array,
  m: number,
  n: number,
  inputs: number,
  kernel: number,
): Float64Array {
  const out = new Float64Array(m * inputs * kernel);
  for (let a = 0; a < m; a++)
    for (let b = 0; b < n; b++)
      for (let i = 0; i < inputs; i++) {
        const factor = down[b * inputs + i]!;
        for (let k = 0; k < kernel; k++)
          out[(a * inputs + i) * kernel + k]! += factor * mid[(a * n + b) * kernel + k]!;
      }
  return out;
}
