import type { ModuleTensors } from './kind';
import { scaleOf } from './kind';

/**
 * How many ranks of a module `dyn` leaves: it cuts one pair of LoRA factors; with a Tucker core or in parts all are used.
 * The web UI takes the slice `[:dyn]`, so that a negative number leaves out that many of the last.
 */
export function ranksUsed(tensors: ModuleTensors, rank: number, dyn: number | undefined): number {
  if (dyn === undefined || !tensors.has('lora_down') || tensors.has('lora_mid')) return rank;
  return Math.max(0, dyn < 0 ? rank + dyn : Math.min(dyn, rank));
}

/**
 * The module with only the first `dyn` ranks of its LoRA factors, the scale still that of the whole. Every other kind
 * is left as it is, as the web UI does.
 */
export function firstRanks(tensors: ModuleTensors, dyn: number | undefined): ModuleTensors {
  const down = dyn === undefined ? undefined : tensors.get('lora_down');
  const up = down && tensors.get('lora_up');
  if (!down || !up) return tensors;
  const rank = down.shape[0]!;
  const used = ranksUsed(tensors, rank, dyn);
  if (used === rank || rank === 0) return tensors;
  const width = down.data.length / rank;
  const scale = scaleOf(tensors, rank);
  const cut = new Map([
    // Factors of rank 0 have no defined shape; zeros of rank 1 are the same change.
    ['lora_down', { shape: [Math.max(1, used), ...down.shape.slice(1)], data: rows(down.data, used, width) }],
    [
      'lora_up',
      { shape: [up.shape[0]!, Math.max(1, used)], data: columns(up.data, up.shape[0]!, rank, used) },
    ],
    ['scale', { shape: [], data: Float64Array.of(scale) }],
  ]);
  return {
    peft: tensors.peft,
    has: (name) => cut.has(name) || tensors.has(name),
    get: (name) => cut.get(name) ?? tensors.get(name),
  };
}

function rows(data: Float64Array, used: number, width: number): Float64Array {
  const out = new Float64Array(Math.max(1, used) * width);
  out.set(data.subarray(0, used * width));
  return out;
}

function columns(data: Float64Array, count: number, rank: number, used: number): Float64Array {
  const width = Math.max(1, used);
  const out = new Float64Array(count * width);
  for (let row = 0; row < count; row++)
    for (let column = 0; column < used; column++) out[row * width + column] = data[row * rank + column]!;
  return out;
}
