import { success } from '../../../shared/problem';
import { asMatrix, sizeOf, transpose } from '../tensor';
import { addFactors, type LoraKind, type ModuleTensors, malformed, misfit, scaleOf } from './kind';

/**
 * LoRA and LoCon: ΔW = up · down. A Tucker core `mid` between the factors is folded into `down`, which leaves two thin
 * factors again. 2-D factors fit a 1×1 convolution and the other way round: only the number of elements counts.
 */
export const lora: LoraKind = {
  name: 'lora',
  matches: (tensors) => tensors.has('lora_down') && tensors.has('lora_up'),
  prepare(tensors, shape, strength) {
    const factors = factorsOf(tensors, shape);
    if (!factors.ok) return factors;
    const { rank, down, up, scale } = factors.value;
    return success(addFactors(up, down, rank, strength * scale));
  },
  lowRank(tensors, shape) {
    const factors = factorsOf(tensors, shape);
    if (!factors.ok) return factors;
    const { rank, down, up, scale } = factors.value;
    return success({
      rank,
      down: Float32Array.from(down),
      up: Float32Array.from(transpose(up, shape[0], rank)),
      scale,
    });
  },
};

/** `down` `[rank, in·kernel]`, `up` `[out, rank]`. */
function factorsOf(tensors: ModuleTensors, shape: readonly number[]) {
  const down = tensors.get('lora_down');
  const up = tensors.get('lora_up');
  const mid = tensors.get('lora_mid');
  if (!down || !up) return malformed('one of its two factors is missing');
  const outer = asMatrix(up);
  const inner = asMatrix(down);
  const rank = outer.columns;
  const core = mid ?? undefined;
  const innerRank = core ? core.shape[1] : rank;
  if (rank === 0 || inner.rows !== innerRank || (core && core.shape[0] !== rank))
    return malformed(
      `its factors disagree about the rank: ${up.shape.join('×')} and ${down.shape.join('×')}`,
    );
  const kernel = core ? sizeOf(core.shape.slice(2)) : 1;
  const made = [outer.rows, inner.columns * kernel];
  if (outer.rows !== shape[0] || outer.rows * made[1] !== sizeOf(shape))
    return misfit([outer.rows, ...down.shape.slice(1), ...(core?.shape.slice(2) ?? [])], shape);
  const data = core ? foldCore(core.data, inner.data, rank, innerRank, inner.columns, kernel) : inner.data;
  return success({ rank, down: data, up: outer.data, scale: scaleOf(tensors, inner.rows) });
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
        const factor = down[b * inputs + i];
        for (let k = 0; k < kernel; k++)
          out[(a * inputs + i) * kernel + k] += factor * mid[(a * n + b) * kernel + k];
      }
  return out;
}
