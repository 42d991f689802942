import { type Result, success } from '../../shared/problem';
import { decompose, hasMagnitude } from './kinds/dora';
import { firstRanks } from './kinds/dyn';
import { kindOf } from './kinds/index';
import { type ModuleTensors, malformed, misfit, scaleOf } from './kinds/kind';
import { sizeOf, type Tensor64 } from './tensor';

/**
 * W′ of one module after one network, in float64. Networks are applied one after the other in prompt order, each to the
 * result of the ones before: for additive kinds the order does not matter, for DoRA, GLoRA, OFT and IA³ it does.
 * `dyn` uses the first ranks of plain LoRA factors only.
 */
export function mergeWeight(
  weight: Tensor64,
  all: ModuleTensors,
  strength: number,
  dyn?: number,
): Result<Tensor64> {
  const tensors = firstRanks(all, dyn);
  const kind = kindOf(tensors);
  if (!kind) return malformed('its tensors are of no known kind');
  if (kind.merge && !hasMagnitude(tensors)) {
    const merged = kind.merge(tensors, weight, strength);
    return merged.ok ? success({ shape: weight.shape, data: merged.value }) : merged;
  }
  const delta = deltaOf(weight, tensors);
  if (!delta.ok) return delta;
  let change = delta.value;
  if (hasMagnitude(tensors)) {
    const full = decompose(tensors, weight, change);
    if (!full.ok) return full;
    change = full.value.map((value, index) => value - weight.data[index]);
  }
  const data = Float64Array.from(weight.data, (value, index) => value + strength * change[index]);
  return success({ shape: weight.shape, data });
}

/** ΔW of one module at strength 1, alpha included, before any DoRA magnitude. */
export function deltaOf(weight: Tensor64, tensors: ModuleTensors): Result<Float64Array> {
  const kind = kindOf(tensors);
  if (kind?.delta) return kind.delta(tensors, weight);
  const merged = kind?.merge?.(tensors, weight, 1);
  if (!merged) return malformed('its tensors are of no known kind');
  if (!merged.ok) return merged;
  return success(merged.value.map((value, index) => value - weight.data[index]));
}

/** True when the module changes its bias: a difference of its own, or the bias of a PEFT factor. */
export function changesBias(tensors: ModuleTensors): boolean {
  return tensors.has('diff_b') || tensors.has('b_norm') || tensors.has('lora_up_bias');
}

/** b′ of one module after one network. PEFT's factor bias is scaled like the factors; differences are not. */
export function mergeBias(bias: Tensor64, tensors: ModuleTensors, strength: number): Result<Tensor64> {
  const diff = tensors.get('diff_b') ?? tensors.get('b_norm');
  const factor = tensors.get('lora_up_bias');
  const change = diff ?? factor;
  if (!change) return success(bias);
  if (change.data.length !== sizeOf(bias.shape)) return misfit(change.shape, bias.shape);
  const rank = tensors.get('lora_down')?.shape[0] ?? 1;
  const by = strength * (diff ? 1 : scaleOf(tensors, rank));
  const data = Float64Array.from(bias.data, (value, index) => value + by * change.data[index]);
  return success({ shape: bias.shape, data });
}
