import { ELEMENT, type WeightSlot } from '../../formats/onnx/index';
import { type Result, success } from '../../shared/problem';
import { matrixDims, mergeGraph, mergeNames } from '../graph/mergeGraph';
import type { ModelFile } from '../graph/modelFile';
import type { SlotChange } from '../lora/assign';
import { type InferenceSession, type Runtime, Tensor } from '../runtime/session';
import { breathe } from './binding';
import type { SlotArray } from './dense';
import { createStacker } from './factors';

/** Merge sessions are cut at this many bytes of weights: few enough sessions, small enough results. */
const GROUP_BYTES = 24 * 2 ** 20;

/** Computes W′ of low-rank changes with ONNX Runtime, in groups; W0 never enters JavaScript. */
export interface Mergers {
  /** Recomputes the given slots into their arrays. A slot without changes becomes W0 exactly. */
  run(wanted: ReadonlyMap<number, readonly SlotChange[]>): Promise<void>;
  release(): Promise<void>;
}

interface Group {
  readonly session: InferenceSession;
  /** Slot indexes, in the order of the merge graph. */
  readonly members: readonly number[];
}

/** Opens the merge sessions for the matrices among `slots`. `arrays` are where the results go, by slot index. */
export async function openMergers(
  runtime: Runtime,
  file: ModelFile,
  slots: readonly WeightSlot[],
  arrays: ReadonlyMap<number, SlotArray>,
): Promise<Result<Mergers>> {
  const groups: Group[] = [];
  for (const members of groupSlots(slots, [...arrays.keys()])) {
    const graph = mergeGraph(
      file,
      members.map((index) => slots[index]),
    );
    const session = await runtime.open(graph, file.folder, 'mapped');
    if (!session.ok) return session;
    groups.push({ session: session.value, members });
  }
  const stackers = new Map([...arrays.keys()].map((index) => [index, createStacker(slots[index].shape)]));
  const outputs = new Map<number, Tensor>();
  for (const [index, array] of arrays)
    outputs.set(index, tensorOf(slots[index], array, matrixDims(slots[index])));
  return success({
    async run(wanted) {
      for (const { session, members } of groups) {
        if (!members.some((index) => wanted.has(index))) continue;
        const feeds: Record<string, Tensor> = {};
        const fetches: Record<string, Tensor> = {};
        members.forEach((index, position) => {
          const names = mergeNames(position);
          const factors = stackers.get(index)!(wanted.get(index) ?? []);
          feeds[names.down] = factors.down;
          feeds[names.up] = factors.up;
          feeds[names.scale] = factors.scale;
          if (wanted.has(index)) fetches[names.out] = outputs.get(index)!;
        });
        await session.run(feeds, fetches);
        await breathe();
      }
    },
    async release() {
      for (const { session } of groups) await session.release();
      outputs.clear();
      stackers.clear();
    },
  });
}

/** A tensor over a slot's array. */
export function tensorOf(slot: WeightSlot, array: SlotArray, dims: readonly number[]): Tensor {
  return slot.elementType === ELEMENT.float16
    ? new Tensor('float16', array as Uint16Array, dims)
    : new Tensor('float32', array as Float32Array, dims);
}

/** Slots that networks change together share a session: attention, feed-forward, projections, the rest. */
function groupSlots(slots: readonly WeightSlot[], indexes: readonly number[]): number[][] {
  const groups: number[][] = [];
  const open = new Map<string, { members: number[]; bytes: number }>();
  for (const index of indexes) {
    const slot = slots[index];
    const kind = classOf(slot);
    const bytes = 4 * slot.dims.reduce((a, b) => a * b, 1);
    let group = open.get(kind);
    if (!group || group.bytes + bytes > GROUP_BYTES) {
      group = { members: [], bytes: 0 };
      open.set(kind, group);
      groups.push(group.members);
    }
    group.members.push(index);
    group.bytes += bytes;
  }
  return groups;
}

function classOf(slot: WeightSlot): string {
  if (/\.attn\d*\.|self_attn\./.test(slot.path)) return 'attention';
  if (/\.(ff|mlp)\./.test(slot.path)) return 'feed-forward';
  if (/\.proj_(in|out)$/.test(slot.path)) return 'projection';
  return slot.kind;
}
