import { ELEMENT, type WeightSlot } from '../../formats/onnx/index';
import { type Result, success } from '../../shared/problem';
import { matrixDims, mergeGraph, mergeNames } from '../graph/mergeGraph';
import type { ModelFile } from '../graph/modelFile';
import type { SlotChange } from '../lora/assign';
import { collectYoung } from '../runtime/collect';
import { yieldToEventLoop } from '../runtime/eventLoop';
import { type InferenceSession, type Runtime, Tensor } from '../runtime/session';
import { baseOf, type Lines, withLines } from './decomposed';
import { mergeDense, type SlotArray } from './dense';
import { createStacker } from './factors';

/** Merge sessions are cut at this many bytes of weights: few enough sessions, small enough results. */
const GROUP_BYTES = 24 * 2 ** 20;

/**
 * For weights that are rarely merged: so few sessions that all of a model of SDXL's size are open before anything is merged.
 * Memory hardly knows the difference: it goes by weights, not by sessions.
 */
export const RARE_GROUP_BYTES = 4 * GROUP_BYTES;

const UNSCALED = new Tensor('float32', Float32Array.of(1), [1, 1]);

/** Computes W′ of low-rank changes with ONNX Runtime, in groups; W0 never enters JavaScript. */
export interface Mergers {
  /**
   * Recomputes the given slots into their arrays. A slot without changes becomes W0 exactly. `linesOf` gives the lines of
   * slots whose first change is a DoRA.
   */
  run(
    wanted: ReadonlyMap<number, readonly SlotChange[]>,
    arrayOf: (index: number) => SlotArray,
    linesOf?: (index: number) => Lines | undefined,
  ): Promise<void>;
  release(): Promise<void>;
}

/** Hundreds of sessions take a second to open and 0.3 MB each: SDXL would have 400 of the usual size. */
const MOST_OPENED = 200;

interface Group {
  session?: InferenceSession;
  /** Slot indexes, in the order of the merge graph. */
  readonly members: readonly number[];
}

interface MergerLimits {
  /** Bytes of weights that share a session. */
  readonly groupBytes?: number;
  /** Beyond so many sessions, they are opened when they are needed. */
  readonly mostOpened?: number;
}

/** Opens the merge sessions for the matrices at `indexes`. */
export async function openMergers(
  runtime: Runtime,
  file: ModelFile,
  indexes: readonly number[],
  { groupBytes = GROUP_BYTES, mostOpened = MOST_OPENED }: MergerLimits = {},
): Promise<Result<Mergers>> {
  const { slots } = file;
  const groups: Group[] = groupSlots(slots, indexes, groupBytes).map((members) => ({ members }));
  const open = async (group: Group) => {
    const graph = mergeGraph(
      file,
      group.members.map((index) => slots[index]),
    );
    const session = await runtime.open(graph, file.folder, 'mapped');
    if (session.ok) group.session = session.value;
    return session;
  };
  if (groups.length <= mostOpened)
    for (const group of groups) {
      const session = await open(group);
      if (!session.ok) return session;
    }
  const stackers = new Map(indexes.map((index) => [index, createStacker(slots[index].shape)]));
  return success({
    async run(wanted, arrayOf, linesOf = () => undefined) {
      for (const group of groups) {
        const { members } = group;
        if (!members.some((index) => wanted.has(index))) continue;
        if (!group.session && !(await open(group)).ok) {
          // Slowly, then: what could be opened for the model itself can be read.
          for (const index of members)
            if (wanted.has(index)) mergeDense(file, slots[index], wanted.get(index)!, arrayOf(index));
          continue;
        }
        const feeds: Record<string, Tensor> = {};
        const fetches: Record<string, Tensor> = {};
        members.forEach((index, position) => {
          const names = mergeNames(position);
          const changes = wanted.get(index) ?? [];
          const lines = changes.length > 0 ? linesOf(index) : undefined;
          const stacked = stackers.get(index)!(changes);
          const factors = lines ? withLines(stacked, slots[index], changes[0], lines) : stacked;
          feeds[names.isScaled] = new Tensor('bool', [lines !== undefined], []);
          feeds[names.lines] = lines ? baseOf(slots[index], lines) : UNSCALED;
          feeds[names.down] = factors.down;
          feeds[names.up] = factors.up;
          feeds[names.scale] = factors.scale;
          if (wanted.has(index))
            fetches[names.out] = tensorOf(slots[index], arrayOf(index), matrixDims(slots[index]));
        });
        await group.session!.run(feeds, fetches);
        collectYoung();
        await yieldToEventLoop();
      }
    },
    async release() {
      for (const { session } of groups) await session?.release();
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
function groupSlots(
  slots: readonly WeightSlot[],
  indexes: readonly number[],
  groupBytes: number,
): number[][] {
  const groups: number[][] = [];
  const open = new Map<string, { members: number[]; bytes: number }>();
  for (const index of indexes) {
    const slot = slots[index];
    const kind = classOf(slot);
    const bytes = 4 * slot.dims.reduce((a, b) => a * b, 1);
    let group = open.get(kind);
    if (!group || group.bytes + bytes > groupBytes) {
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
