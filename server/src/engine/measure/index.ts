import type { WeightSlot } from '../../formats/onnx/index';
import type { MeasuredLora, MeasuredPair, Measurement, MeasurePlan } from '../../shared/measurement';
import { type Result, success } from '../../shared/problem';
import { type ModelFile, openModelFile } from '../graph/modelFile';
import {
  type AppliedLora,
  assign,
  type Component,
  indexSlots,
  type SlotChange,
  type SlotIndex,
} from '../lora/assign';
import { changeOf } from '../lora/change';
import { normOf } from '../lora/impact';
import { type Change, innerProduct, squaredNorm } from '../lora/innerProduct';
import { takeRows } from '../lora/tensor';
import type { JobHooks, JobOutcome } from '../pipeline/engine';
import { createLoraCache } from '../pipeline/loraCache';
import { readModelFolder } from '../pipeline/modelFolder';
import { breathe } from '../weights/binding';
import { isMatrix } from '../weights/choose';
import { torchWeight } from '../weights/dense';

/** Measures networks against a model: one weight of the model is in memory at a time. */
export async function measure(plan: MeasurePlan, hooks: JobHooks): Promise<JobOutcome<Measurement>> {
  const files = createLoraCache();
  const graphs: Graph[] = [];
  try {
    const opened = files.openAll(plan.loras);
    if (!opened.ok) return { type: 'failed', problem: opened.problem };
    const model = openModel(plan.model.path, graphs);
    if (!model.ok) return { type: 'failed', problem: model.problem };
    const result = await measureAll(opened.value, graphs, hooks);
    return result ? { type: 'done', result } : { type: 'cancelled' };
  } finally {
    for (const { file } of graphs) file.close();
    files.close();
  }
}

interface Graph {
  readonly component: Component;
  readonly file: ModelFile;
  readonly index: SlotIndex;
}

function openModel(folder: string, graphs: Graph[]): Result<void> {
  const read = readModelFolder(folder);
  if (!read.ok) return read;
  const { unet, textEncoder, textEncoder2 } = read.value;
  for (const [component, path] of [
    ['te1', textEncoder],
    ['te2', textEncoder2],
    ['unet', unet],
  ] as const) {
    if (path === undefined) continue;
    const file = openModelFile(path);
    if (!file.ok) return file;
    graphs.push({ component, file: file.value, index: indexSlots(file.value.slots) });
  }
  return success(undefined);
}

/** Sums of squares of one network in one block. */
interface Sums {
  change: number;
  base: number;
  touched: number;
}

/** Sums of two networks over what both touch. */
interface PairSums {
  dot: number;
  first: number;
  second: number;
  common: number;
  readonly blocks: Map<string, number>;
}

async function measureAll(
  loras: readonly AppliedLora[],
  graphs: readonly Graph[],
  hooks: JobHooks,
): Promise<Measurement | undefined> {
  const assignment = assign(
    loras,
    Object.fromEntries(graphs.map(({ component, index }) => [component, index])),
  );
  const blocks = new Map<string, number>();
  for (const { component, file } of graphs)
    for (const slot of file.slots)
      if (isMatrix(slot)) {
        const block = blockOf(component, slot);
        blocks.set(block, (blocks.get(block) ?? 0) + (slot.packed?.length ?? 1));
      }
  const sums = createSums(loras.length);
  const of = graphs.reduce((sum, { component }) => sum + assignment.changes[component].size, 0);
  let step = 0;
  for (const { component, file } of graphs) {
    for (const [index, list] of assignment.changes[component]) {
      if (step++ % 8 === 0) {
        hooks.progress({ phase: 'measure', step, of });
        await breathe();
        if (hooks.isCancelled()) return undefined;
      }
      const slot = file.slots[index];
      // What a quantised weight was before is not known.
      if (!isMatrix(slot) || slot.quantised) continue;
      const weight = torchWeight(file, slot);
      for (const [rows, own] of byRows(list)) {
        const base = normOf((rows ? takeRows(weight, rows) : weight).data) ** 2;
        const changes = new Map<number, Change>();
        for (const one of own) {
          const change = changeOf(slot, one, () => weight);
          if (change.ok) changes.set(loras.indexOf(one.lora), change.value);
        }
        sums.add(blockOf(component, slot), base, changes);
      }
    }
  }
  return {
    loras: assignment.reports.map(({ name, applied, total, reasons }, lora) => ({
      ...{ name, applied, total, reasons },
      ...ratiosOf(sums.own[lora], blocks),
    })),
    pairs: [...sums.pairs].flatMap(([key, pair]) => pairOf(key, pair)),
  };
}

/** Adds up what is seen, matrix by matrix. */
function createSums(count: number) {
  const own = Array.from({ length: count }, () => new Map<string, Sums>());
  const pairs = new Map<string, PairSums>();
  return {
    own,
    pairs,
    add(block: string, base: number, changes: ReadonlyMap<number, Change>): void {
      const norms = new Map([...changes].map(([lora, change]) => [lora, squaredNorm(change)]));
      for (const [lora, square] of norms) {
        const sums = own[lora].get(block) ?? { change: 0, base: 0, touched: 0 };
        own[lora].set(block, sums);
        sums.change += square;
        sums.base += base;
        sums.touched++;
      }
      for (const [first, a] of changes)
        for (const [second, b] of changes) {
          if (first >= second) continue;
          const key = `${first} ${second}`;
          const sums = pairs.get(key) ?? { dot: 0, first: 0, second: 0, common: 0, blocks: new Map() };
          pairs.set(key, sums);
          const dot = innerProduct(a, b);
          sums.dot += dot;
          sums.blocks.set(block, (sums.blocks.get(block) ?? 0) + dot);
          sums.first += norms.get(first)!;
          sums.second += norms.get(second)!;
          sums.common++;
        }
    },
  };
}

/** The changes of a slot by the module they change: one, unless several are packed into it. */
function byRows(changes: readonly SlotChange[]): Map<readonly number[] | undefined, SlotChange[]> {
  const groups = new Map<readonly number[] | undefined, SlotChange[]>();
  for (const change of changes) groups.set(change.rows, [...(groups.get(change.rows) ?? []), change]);
  return groups;
}

/** First two steps of a UNet's path, as far as they name a block; a text encoder is one block. */
function blockOf(component: Component, { path }: WeightSlot): string {
  if (component !== 'unet') return component === 'te2' ? 'text_encoder_2' : 'text_encoder';
  return /^(?:(?:down|up)_blocks\.\d+|mid_block)/.exec(path)?.[0] ?? 'input and output';
}

function ratiosOf(
  sums: ReadonlyMap<string, Sums>,
  blocks: ReadonlyMap<string, number>,
): Pick<MeasuredLora, 'ratio' | 'blocks'> {
  const ratio = (change: number, base: number) => (base > 0 ? Math.sqrt(change / base) : 0);
  const all = [...sums.values()];
  const total = (key: 'change' | 'base') => all.reduce((sum, one) => sum + one[key], 0);
  return {
    ...(all.length > 0 && { ratio: ratio(total('change'), total('base')) }),
    blocks: [...blocks].flatMap(([block, modules]) => {
      const own = sums.get(block);
      if (!own) return [];
      const { touched } = own;
      const [change, base] = [Math.sqrt(own.change), Math.sqrt(own.base)];
      return [{ block, ratio: ratio(own.change, own.base), touched, modules, change, base }];
    }),
  };
}

function pairOf(key: string, { dot, first, second, common, blocks }: PairSums): MeasuredPair[] {
  const [left, right] = key.split(' ').map(Number);
  if (first === 0 || second === 0) return [];
  const cosine = Math.max(-1, Math.min(1, dot / Math.sqrt(first * second)));
  const overlaps = [...blocks].map(([block, product]) => ({ block, dot: product }));
  return [{ first: left, second: right, cosine, common, overlaps }];
}
