import { type Result, success } from '../../shared/problem';
import { decomposed, hasMagnitude } from './kinds/dora';
import { firstRanks } from './kinds/dyn';
import { biasFactors } from './kinds/ia3';
import { kindOf } from './kinds/index';
import { changeRows, type ModuleTensors, malformed, misfit, type RowChange, scaleOf } from './kinds/kind';
import { addScaled, sizeOf, type Tensor64 } from './tensor';

/**
 * The change of one module at a strength, for any rows of a weight of that shape. `dyn` uses the first ranks of plain LoRA
 * factors only.
 */
export function prepareChange(
  all: ModuleTensors,
  shape: readonly number[],
  strength: number,
  dyn?: number,
): Result<RowChange> {
  const tensors = firstRanks(all, dyn);
  const kind = kindOf(tensors);
  if (!kind) return malformed('its tensors are of no known kind');
  if (!hasMagnitude(tensors)) return kind.prepare(tensors, shape, strength);
  const change = kind.prepare(tensors, shape, 1);
  return change.ok ? decomposed(tensors, shape, strength, change.value) : change;
}

/**
 * W′ of one module after one network, in float64. Networks are applied one after the other in prompt order, each to the
 * result of the ones before: for additive kinds the order does not matter, for DoRA, GLoRA, OFT and IA³ it does.
 */
export function mergeWeight(
  weight: Tensor64,
  tensors: ModuleTensors,
  strength: number,
  dyn?: number,
): Result<Tensor64> {
  const change = prepareChange(tensors, weight.shape, strength, dyn);
  return change.ok ? success(changed(weight, change.value)) : change;
}

/** ΔW of one module at strength 1, alpha included, before any DoRA magnitude: an array of the caller's own. */
export function deltaOf(weight: Tensor64, tensors: ModuleTensors): Result<Float64Array> {
  const change = kindOf(tensors)?.prepare(tensors, weight.shape, 1);
  if (!change) return malformed('its tensors are of no known kind');
  if (!change.ok) return change;
  const { data } = changed(weight, change.value);
  return success(addScaled(data, weight.data, -1, data));
}

function changed({ shape, data }: Tensor64, change: RowChange): Tensor64 {
  const copy = data.slice();
  changeRows(change, copy, shape[0]!);
  return { shape, data: copy };
}

/** True when the module may change its bias: a difference of its own, the bias of a PEFT factor, or PEFT's IA³. */
export function changesBias(tensors: ModuleTensors): boolean {
  return ['diff_b', 'b_norm', 'lora_up_bias', 'ia3_l'].some((role) => tensors.has(role));
}

/** b′ of one module after one network. PEFT's factor bias is scaled like the factors; differences are not. */
export function mergeBias(bias: Tensor64, tensors: ModuleTensors, strength: number): Result<Tensor64> {
  const diff = tensors.get('diff_b') ?? tensors.get('b_norm');
  const factor = tensors.get('lora_up_bias');
  const change = diff ?? factor;
  if (!change) {
    const by = biasFactors(tensors, bias.data.length);
    const scaled = by && bias.data.map((value, index) => value * (1 + strength * (by[index]! - 1)));
    return success(scaled ? { shape: bias.shape, data: scaled } : bias);
  }
  if (change.data.length !== sizeOf(bias.shape)) return misfit(change.shape, bias.shape);
  const rank = tensors.get('lora_down')?.shape[0] ?? 1;
  const by = strength * (diff ? 1 : scaleOf(tensors, rank));
  return success({ shape: bias.shape, data: addScaled(bias.data, change.data, by) });
}
