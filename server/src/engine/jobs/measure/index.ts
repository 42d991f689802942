import type { WeightSlot } from '../../../formats/onnx/index';
import type { Measurement, MeasurePlan } from '../../../shared/measurement';
import { type AppliedLora, assigning, type Component, type SlotChange } from '../../lora/assign';
import type { LoraCache } from '../../lora/cache';
import { changeOf, needsWeight } from '../../lora/change';
import { type Change, innerProduct, squaredNorm } from '../../lora/innerProduct';
import type { Tensor64 } from '../../lora/tensor';
import { isMatrix } from '../../weights/slots';
import type { JobHooks, JobOutcome } from '../job';
import { type CancelCheck, createCancelCheck, finish } from './cancelCheck';
import type { Norms } from './norms';
import { type OpenGraph, openGraphs } from './openGraphs';
import { createTotals, type Totals } from './totals';
import { readWeight } from './weight';

/** What is kept from one measuring to the next. */
export interface Kept {
  /** Open network files: those of a picture that was just made need not be opened again. */
  readonly files: LoraCache;
  readonly norms: Norms;
}

/**
 * Measures networks against a model. Only their factors and sums are kept in memory; a weight of the model is decoded as a
 * whole only where a change cannot be known without it.
 */
export async function measure(
  plan: MeasurePlan,
  { files, norms }: Kept,
  hooks: JobHooks,
): Promise<JobOutcome<Measurement>> {
  const opened = files.openAll(plan.loras);
  if (!opened.ok) return { type: 'failed', problem: opened.problem };
  const isCancelled = createCancelCheck(hooks.isCancelled);
  const graphs = await openGraphs(plan.model.path, isCancelled);
  if (!graphs.ok) return { type: 'failed', problem: graphs.problem };
  if (!graphs.value) return { type: 'cancelled' };
  try {
    const result = await measureAll(opened.value, graphs.value, norms, isCancelled, hooks);
    return result ? { type: 'done', result } : { type: 'cancelled' };
  } finally {
    for (const { file } of graphs.value) file.close();
    files.trim(opened.value);
  }
}

async function measureAll(
  loras: readonly AppliedLora[],
  graphs: readonly OpenGraph[],
  norms: Norms,
  isCancelled: CancelCheck,
  hooks: JobHooks,
): Promise<Measurement | undefined> {
  const indexes = Object.fromEntries(graphs.map(({ component, index }) => [component, index]));
  const assignment = await finish(assigning(loras, indexes), isCancelled);
  if (!assignment) return undefined;
  const totals = createTotals();
  const of = graphs.reduce((sum, { component }) => sum + assignment.changes[component].size, 0);
  let step = 0;
  for (const { component, file } of graphs) {
    for (const [index, list] of assignment.changes[component]) {
      if (step++ % 8 === 0) hooks.progress({ phase: 'measure', step, of });
      if (await isCancelled()) return undefined;
      const slot = file.slots[index]!;
      // What a quantised weight was before is not known.
      if (!isMatrix(slot) || slot.quantised) continue;
      const reading = norms.squares(file, slot, isCancelled);
      // The code that awaits it below gets the failure.
      reading.catch(() => undefined);
      const weight = list.some(needsWeight) ? await readWeight(file, slot, isCancelled) : undefined;
      const products: Products[] = [];
      // While the norm is being read, what needs none of it is computed.
      for (const [rows, own] of byRows(list)) {
        const multiplied = await multiplyAll(slot, loras, own, weight, isCancelled);
        if (multiplied) products.push({ ...multiplied, rows });
      }
      const squares = await reading;
      if (!squares || hooks.isCancelled()) return undefined;
      for (const own of products) addUp(totals, blockOf(component, slot), squares, own);
    }
  }
  const modules = modulesOf(graphs);
  return {
    loras: assignment.reports.map(({ name, applied, total, reasons }, lora) => ({
      ...{ name, applied, total, reasons },
      ...totals.lora(lora, modules),
    })),
    pairs: totals.pairs(),
  };
}

/** What networks do to one matrix, by their places in the list. */
interface Products {
  /** The matrix, where it is a part of a packed one. */
  readonly rows?: readonly number[];
  /** ‖ΔW‖². */
  readonly squares: ReadonlyMap<number, number>;
  /** ⟨ΔWa, ΔWb⟩. */
  readonly pairs: readonly { readonly places: readonly [number, number]; readonly dot: number }[];
}

/** Multiplies the changes of one matrix with themselves and with each other; undefined after a cancel. */
async function multiplyAll(
  slot: WeightSlot,
  loras: readonly AppliedLora[],
  own: readonly SlotChange[],
  weight: Tensor64 | undefined,
  isCancelled: CancelCheck,
): Promise<Products | undefined> {
  const changes = new Map<number, Change>();
  const squares = new Map<number, number>();
  for (const one of own) {
    const change = await finish(changeOf(slot, one, weight), isCancelled);
    if (!change) return undefined;
    if (!change.ok) continue;
    const square = await finish(squaredNorm(change.value), isCancelled);
    if (square === undefined) return undefined;
    const place = loras.indexOf(one.lora);
    changes.set(place, change.value);
    squares.set(place, square);
    if (await isCancelled()) return undefined;
  }
  const pairs: Products['pairs'][number][] = [];
  for (const [first, a] of changes)
    for (const [second, b] of changes) {
      if (first >= second) continue;
      const dot = await finish(innerProduct(a, b), isCancelled);
      if (dot === undefined) return undefined;
      pairs.push({ places: [first, second], dot });
      if (await isCancelled()) return undefined;
    }
  return { squares, pairs };
}

/** Adds what networks do to one matrix. `bases` are the squares of its numbers, as `squaresOf` gives them. */
function addUp(totals: Totals, block: string, bases: Float64Array, { rows, squares, pairs }: Products): void {
  const base = rows
    ? rows.reduce((sum, row) => sum + bases[row]!, 0)
    : bases.reduce((sum, value) => sum + value, 0);
  for (const [lora, square] of squares) totals.addChange(lora, block, square, base);
  for (const { places, dot } of pairs) {
    const [first, second] = places;
    totals.addPair(places, block, dot, [squares.get(first)!, squares.get(second)!]);
  }
}

/** The changes of a slot by the module they change: one, unless several are packed into it. */
function byRows(changes: readonly SlotChange[]): Map<readonly number[] | undefined, SlotChange[]> {
  const groups = new Map<readonly number[] | undefined, SlotChange[]>();
  for (const change of changes) groups.set(change.rows, [...(groups.get(change.rows) ?? []), change]);
  return groups;
}

/** How many matrices each block has, in the order of the model. */
function modulesOf(graphs: readonly OpenGraph[]): Map<string, number> {
  const modules = new Map<string, number>();
  for (const { component, file } of graphs)
    for (const slot of file.slots) {
      if (!isMatrix(slot)) continue;
      const block = blockOf(component, slot);
      modules.set(block, (modules.get(block) ?? 0) + (slot.packed?.length ?? 1));
    }
  return modules;
}

/** First two steps of a UNet's path, as far as they name a block; a text encoder is one block. */
function blockOf(component: Component, { path }: WeightSlot): string {
  if (component !== 'unet') return component === 'te2' ? 'text_encoder_2' : 'text_encoder';
  return /^(?:(?:down|up)_blocks\.\d+|mid_block)/.exec(path)?.[0] ?? 'input and output';
}
