import { success } from '../../../shared/problem';
import { asMatrix, multiply, sizeOf, type Tensor64, tucker } from '../tensor';
import { type LoraKind, type ModuleTensors, malformed, misfit, scaled, scaleOf } from './kind';

/** LoHa: ΔW is the element-wise product of two low-rank matrices, or of two Tucker kernels. */
export const loha: LoraKind = {
  name: 'loha',
  matches: (tensors) => tensors.has('hada_w1_a') && tensors.has('hada_w2_a'),
  delta(tensors, weight) {
    const first = factor(tensors, '1');
    const second = factor(tensors, '2');
    const rank = tensors.get('hada_w1_b')?.shape[0];
    if (!first || !second || rank === undefined) return malformed('a factor is missing');
    if (first.data.length !== second.data.length || first.shape[0] !== second.shape[0])
      return malformed('its two products differ in shape');
    if (first.shape[0] !== weight.shape[0] || first.data.length !== sizeOf(weight.shape))
      return misfit(first.shape, weight.shape);
    const out = Float64Array.from(first.data, (value, index) => value * second.data[index]);
    return success(scaled(out, scaleOf(tensors, rank)));
  },
};

function factor(tensors: ModuleTensors, which: '1' | '2'): Tensor64 | undefined {
  const a = tensors.get(`hada_w${which}_a`);
  const b = tensors.get(`hada_w${which}_b`);
  const core = tensors.get(`hada_t${which}`);
  if (!a || !b) return undefined;
  if (core)
    return core.shape[0] === a.shape[0] && core.shape[1] === b.shape[0] ? tucker(core, a, b) : undefined;
  const left = asMatrix(a);
  const right = asMatrix(b);
  if (left.columns !== right.rows) return undefined;
  return {
    shape: [left.rows, right.columns],
    data: multiply(left.data, right.data, left.rows, left.columns, right.columns),
  };
}
