import { type Result, success } from '../../../shared/problem';
import { sizeOf, type Tensor64 } from '../tensor';
import { type LoraKind, type ModuleTensors, misfit, type RowChange } from './kind';

/** IA³: every output row (or, with `on_input`, every input column) of W is scaled. It has no alpha. */
export const ia3: LoraKind = {
  name: 'ia3',
  matches: (tensors) => tensors.has('ia3_l') || (tensors.has('weight') && tensors.has('on_input')),
  prepare(tensors, shape, strength) {
    const whole = tensors.get('ia3_l');
    if (whole) return preparePeft(whole, shape, strength);
    const factor = tensors.get('weight');
    const [rows, inputs = 1] = shape;
    const onInput = (tensors.get('on_input')?.data[0] ?? 0) !== 0;
    if (factor?.data.length !== (onInput ? inputs : rows)) return misfit(factor?.shape ?? [], shape);
    return success(scaling(factor!.data, onInput, shape, (value) => 1 + strength * value));
  },
};

/**
 * PEFT's vector is the factor itself, not its difference from 1: `[out, 1]`, or `[1, in]` for a feed-forward layer; a
 * convolution's is `[1, n, 1, 1]` for either side, and where both have that size it is the output's.
 */
function preparePeft(
  { shape: own, data }: Tensor64,
  shape: readonly number[],
  strength: number,
): Result<RowChange> {
  const [rows, inputs = 1] = shape;
  const onOutput = own.length === 4 ? data.length === rows : own[0] === rows && own[1] === 1;
  const onInput = !onOutput && own[0] === 1 && own[1] === inputs && data.length === inputs;
  if (!onOutput && !onInput) return misfit(own, shape);
  return success(scaling(data, onInput, shape, (value) => 1 + strength * (value - 1)));
}

/**
 * Factors of the bias: PEFT's merge scales the bias of a module together with its outputs (`tuners/ia3/layer.py`), LyCORIS'
 * leaves it alone. Undefined where the module scales inputs.
 */
export function biasFactors(tensors: ModuleTensors, outputs: number): Float64Array | undefined {
  const whole = tensors.get('ia3_l');
  if (whole?.data.length !== outputs) return undefined;
  return whole.shape.length === 4 || whole.shape[1] === 1 ? whole.data : undefined;
}

function scaling(
  factors: Float64Array,
  onInput: boolean,
  shape: readonly number[],
  strengthened: (factor: number) => number,
): RowChange {
  const by = factors.map(strengthened);
  const [rows, inputs = 1] = shape;
  const kernel = sizeOf(shape) / (rows! * inputs);
  return {
    together: 1,
    apply(block, first) {
      for (let at = 0, row = first; at < block.length; row++)
        for (let input = 0; input < inputs; input++) {
          const factor = by[onInput ? input : row]!;
          for (const end = at + kernel; at < end; at++) block[at]! *= factor;
        }
    },
  };
}
