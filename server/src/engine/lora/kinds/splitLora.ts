import { type Result, success } from '../../../shared/problem';
import { asMatrix, sizeOf, transpose } from '../tensor';
import {
  addFactors,
  type LoraKind,
  type LowRank,
  type ModuleTensors,
  malformed,
  misfit,
  scaleOf,
} from './kind';

/**
 * LoRA of a fused projection, split into parts (`lora_down.0` …): every part has factors of its own and changes its own
 * output rows, one part below the other. Together they are low-rank factors again, of the sum of the ranks.
 */
export const splitLora: LoraKind = {
  name: 'lora',
  matches: (tensors) => tensors.has('lora_down.0') && tensors.has('lora_up.0'),
  prepare(tensors, shape, strength) {
    const factors = join(tensors, shape);
    if (!factors.ok) return factors;
    const { rank, up, down } = factors.value;
    const turned = transpose(Float64Array.from(up), rank, shape[0]!);
    return success(addFactors(turned, Float64Array.from(down), rank, strength));
  },
  lowRank: join,
};

function join(tensors: ModuleTensors, shape: readonly number[]): Result<LowRank> {
  const parts: { down: ReturnType<typeof asMatrix>; up: ReturnType<typeof asMatrix>; scale: number }[] = [];
  for (let part = 0; tensors.has(`lora_down.${part}`); part++) {
    const [down, up] = [tensors.get(`lora_down.${part}`), tensors.get(`lora_up.${part}`)];
    if (!down || !up) return malformed(`part ${part} has one factor only`);
    const [inner, outer] = [asMatrix(down), asMatrix(up)];
    if (outer.columns !== inner.rows || inner.rows === 0)
      return malformed(`the factors of part ${part} disagree about the rank`);
    parts.push({ down: inner, up: outer, scale: scaleOf(tensors, inner.rows) });
  }
  const rows = parts.reduce((sum, { up }) => sum + up.rows, 0);
  const columns = parts[0]?.down.columns ?? 0;
  if (
    rows !== shape[0] ||
    rows * columns !== sizeOf(shape) ||
    parts.some(({ down }) => down.columns !== columns)
  )
    return misfit([rows, columns], shape);
  const rank = parts.reduce((sum, { down }) => sum + down.rows, 0);
  const down = new Float32Array(rank * columns);
  const up = new Float32Array(rank * rows);
  let [rankAt, rowAt] = [0, 0];
  for (const part of parts) {
    // Parts may differ in rank, and so in scale: it goes into their own factor.
    for (let i = 0; i < part.down.data.length; i++)
      down[rankAt * columns + i] = part.scale * part.down.data[i]!;
    for (let row = 0; row < part.up.rows; row++)
      for (let r = 0; r < part.up.columns; r++)
        up[(rankAt + r) * rows + rowAt + row] = part.up.data[row * part.up.columns + r]!;
    rankAt += part.down.rows;
    rowAt += part.up.rows;
  }
  return success({ rank, down, up, scale: 1 });
}
