import { type FileHandle, mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import { halvesToFloats } from '../../../formats/elements';
import { ELEMENT, lengthOf, type WeightSlot } from '../../../formats/onnx/index';
import type { BakePlan } from '../../../shared/bake';
import { failure, type Result, success } from '../../../shared/problem';
import type { ModelFile } from '../../graph/modelFile';
import type { SlotChange } from '../../lora/assign';
import { transpose } from '../../lora/tensor';
import { yieldToEventLoop } from '../../runtime/eventLoop';
import type { Runtime } from '../../runtime/session';
import { mergedValue, type SlotArray, slotArray } from '../../weights/merged/float64Merge';
import type { BindFailure } from '../../weights/merged/outcome';
import { openRuntimeMerge } from '../../weights/merged/runtimeMerge';
import { isMatrix, slotBytes } from '../../weights/slots';
import { type CopyHooks, copySegments, copyWhole, writeAll } from './copyBytes';
import type { Journal } from './journal';
import { type GraphPlan, type Placement, planGraph } from './placement';
import { encodeElements } from './storedBytes';

/** One graph of a model that networks change. */
export interface GraphToBake {
  readonly file: ModelFile;
  readonly changes: ReadonlyMap<number, readonly SlotChange[]>;
  /** The folder it is written into. */
  readonly target: string;
  /** Begins this graph's items in the journal. */
  readonly label: string;
}

/** A weight is computed together with others up to this many bytes, which bounds the memory a merge needs. */
const BATCH_BYTES = 64 * 2 ** 20;

/** Files of the graph and what is written, for the count of bytes before the work begins. */
export function planOf({ file, changes }: GraphToBake, precision: BakePlan['precision']): GraphPlan {
  const name = path.basename(file.path, path.extname(file.path));
  return planGraph(file, [...changes.keys()], `${name}.merged.onnx_data`, precision);
}

/**
 * Writes one graph and its data files with the changes merged in. Gives what turned out not to fit; undefined when it was
 * cancelled. Fails with `lora-not-finite`.
 */
export async function bakeGraph(
  runtime: Runtime,
  graph: GraphToBake,
  plan: GraphPlan,
  journal: Journal,
  hooks: CopyHooks,
): Promise<Result<readonly BindFailure[] | undefined>> {
  const { file, changes, target, label } = graph;
  const graphFile = path.basename(file.path);
  const copy = async (name: string, work: (to: string) => Promise<boolean>, bytes: number) => {
    const item = `${label} copy ${name}`;
    if (journal.has(item)) {
      hooks.wrote(bytes);
      return true;
    }
    const to = path.join(target, name);
    await mkdir(path.dirname(to), { recursive: true });
    if (!(await work(to))) return false;
    journal.add(item);
    return true;
  };
  const { segments, locations, added } = plan;
  if (!(await copy(graphFile, (to) => copySegments(file.path, segments, to, hooks), lengthOf(segments))))
    return success(undefined);
  for (const location of locations)
    if (!(await copy(location, (to) => copyWhole(path.join(file.folder, location), to, hooks), 0)))
      return success(undefined);
  if (added && !(await copy(added.location, (to) => reserve(to, added.length), 0))) return success(undefined);

  const handles = new Map<string, FileHandle>();
  const handleOf = async (location = graphFile) => {
    const known = handles.get(location) ?? (await open(path.join(target, location), 'r+'));
    handles.set(location, known);
    return known;
  };
  const failures: BindFailure[] = [];
  try {
    for (const [number, batch] of batches(file.slots, [...changes.keys()]).entries()) {
      await yieldToEventLoop();
      if (hooks.isCancelled()) return success(undefined);
      const item = `${label} merge ${number}`;
      const bytes = batch.reduce((sum, index) => sum + (plan.placements.get(index)?.length ?? 0), 0);
      if (!journal.has(item)) {
        const values = await mergeBatch(runtime, file, changes, batch);
        if (!values.ok) return values;
        failures.push(...values.value.failures);
        for (const index of batch) {
          const place = plan.placements.get(index)!;
          const encoded = encodeSlot(file.slots[index]!, values.value.of(index), place);
          if (!encoded) return notFinite(file.slots[index]!, changes.get(index)!);
          await writeAll(await handleOf(place.location), encoded, place.offset);
        }
        for (const handle of handles.values()) await handle.sync();
        // A module that did not fit is told again by the attempt that continues this one.
        if (values.value.failures.length === 0) journal.add(item);
      }
      hooks.wrote(bytes);
    }
    return success(failures);
  } finally {
    for (const handle of handles.values()) await handle.close();
  }
}

async function reserve(to: string, length: number): Promise<boolean> {
  const handle = await open(to, 'w');
  await handle.truncate(length);
  await handle.close();
  return true;
}

/** Indexes in groups that are computed together. */
export function batches(slots: readonly WeightSlot[], indexes: readonly number[]): number[][] {
  const all: number[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const index of indexes) {
    const own = slotBytes(slots[index]!);
    if (bytes + own > BATCH_BYTES) {
      all.push([]);
      bytes = 0;
    }
    all.at(-1)!.push(index);
    bytes += own;
  }
  return all;
}

/** A slot's value as a preview would feed it, or in float64 and PyTorch layout. */
export type Value =
  | { readonly kind: 'fed'; readonly array: SlotArray }
  | { readonly kind: 'torch'; readonly data: Float64Array };

export interface BatchValues {
  of(index: number): Value;
  readonly failures: readonly BindFailure[];
}

/** Low-rank factors go the way they go in a preview, so that its pictures and the written model's are the same. */
export async function mergeBatch(
  runtime: Runtime,
  file: ModelFile,
  changes: ReadonlyMap<number, readonly SlotChange[]>,
  batch: readonly number[],
): Promise<Result<BatchValues>> {
  const values = new Map<number, Value>();
  const failures: BindFailure[] = [];
  const lowRank = new Map<number, SlotArray>();
  for (const index of batch) {
    const slot = file.slots[index]!;
    const list = changes.get(index)!;
    const isFed = slot.elementType === ELEMENT.float || slot.elementType === ELEMENT.float16;
    if (isFed && isMatrix(slot) && list.every(({ module }) => module.isLowRank)) {
      const array = slotArray(slot);
      lowRank.set(index, array);
      values.set(index, { kind: 'fed', array });
    } else {
      const merged = mergedValue(file, slot, list);
      failures.push(...merged.failures);
      values.set(index, { kind: 'torch', data: merged.value.data });
    }
  }
  if (lowRank.size > 0) {
    const merge = await openRuntimeMerge(runtime, file, [...lowRank.keys()]);
    if (!merge.ok) return merge;
    const wanted = new Map([...lowRank.keys()].map((index) => [index, changes.get(index)!]));
    const ran = await merge.value.run(wanted, (index) => lowRank.get(index)!);
    failures.push(...ran.failures);
    await merge.value.release();
  }
  return success({ of: (index) => values.get(index)!, failures });
}

/** The bytes of a value in the layout and type of its place; undefined when a number is not finite there. */
export function encodeSlot(slot: WeightSlot, value: Value, place: Placement): Uint8Array | undefined {
  const [out, inner] = slot.shape as [number, number];
  if (value.kind === 'torch') {
    const data = place.layout === 'torch' ? value.data : transpose(value.data, out, inner);
    return encodeElements(data, place.elementType);
  }
  const floats = value.array instanceof Uint16Array ? halvesToFloats(value.array) : value.array;
  const isTurned = place.layout !== slot.layout;
  const [rows, columns] = slot.dims as [number, number];
  return encodeElements(
    isTurned ? transpose(Float64Array.from(floats), rows, columns) : floats,
    place.elementType,
  );
}

/** The problem of a value that the stored type cannot hold. */
export function notFinite(slot: WeightSlot, changes: readonly SlotChange[]): Result<never> {
  const names = [...new Set(changes.map(({ lora }) => lora.name))].join(', ');
  return failure(
    'lora-not-finite',
    `With ${names} merged, ${slot.path}.${slot.part} holds numbers too large for the model's number format.`,
    'Lower the weight of the LoRA, or merge into a model in float32.',
  );
}
