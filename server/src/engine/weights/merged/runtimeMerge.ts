import { ELEMENT, type WeightSlot } from '../../../formats/onnx/index';
import { type Result, success } from '../../../shared/problem';
import { type MergeGraph, matrixDims, mergeGraph } from '../../graph/mergeGraph';
import type { ModelFile } from '../../graph/modelFile';
import type { SlotChange } from '../../lora/assign';
import { collectYoung } from '../../runtime/collect';
import { yieldToEventLoop } from '../../runtime/eventLoop';
import { type InferenceSession, type Runtime, Tensor } from '../../runtime/session';
import { baseScaleOf, type RowOrColumnScale, scaledByDora } from './doraScales';
import { createStacker } from './factors';
import { mergeFloat64, type SlotArray } from './float64Merge';
import type { BindFailure } from './outcome';

/** Bytes of weights in one merge session: large enough for few sessions, small enough for small results. */
const GROUP_BYTES = 24 * 2 ** 20;

/**
 * The same for weights that are rarely merged: few enough sessions that all of a model of SDXL's size are open before
 * anything is merged. Memory depends on the weights, hardly on the number of sessions.
 */
export const RARE_GROUP_BYTES = 4 * GROUP_BYTES;

/** Sessions take 0.3 MB each and hundreds of them a second to open (SDXL would have 400): beyond, each is opened when needed. */
const MOST_OPENED = 200;

const NO_SCALE = new Tensor('float32', Float32Array.of(1), [1, 1]);

/** Computes W′ of low-rank changes with ONNX Runtime, in groups; W0 is never copied into JavaScript. */
export interface RuntimeMerge {
  /**
   * Computes the given slots into their arrays. A slot without changes becomes W0 exactly. `scaleOf` gives the scale of
   * slots whose first change is a DoRA.
   * @returns the modules that did not fit, and the slots without them
   */
  run(
    wanted: ReadonlyMap<number, readonly SlotChange[]>,
    arrayOf: (index: number) => SlotArray,
    scaleOf?: (index: number) => RowOrColumnScale | undefined,
  ): Promise<MergeFailures>;
  release(): Promise<void>;
}

/** Modules that did not fit, and the slots whose value is therefore not what was wanted. */
export interface MergeFailures {
  readonly failures: readonly BindFailure[];
  readonly incomplete: readonly number[];
}

interface Group {
  /** Slot indexes, in the order of the merge graph. */
  readonly members: readonly number[];
  opened?: { readonly session: InferenceSession; readonly slots: MergeGraph['slots'] };
}

interface MergeLimits {
  /** Bytes of weights that share a session. */
  readonly groupBytes?: number | undefined;
  /** Beyond so many sessions, they are opened when they are needed. */
  readonly mostOpened?: number | undefined;
}

/** Opens the merge sessions for the matrices at `indexes`. */
export async function openRuntimeMerge(
  runtime: Runtime,
  file: ModelFile,
  indexes: readonly number[],
  { groupBytes = GROUP_BYTES, mostOpened = MOST_OPENED }: MergeLimits = {},
): Promise<Result<RuntimeMerge>> {
  const { slots } = file;
  const groups: Group[] = groupSlots(slots, indexes, groupBytes).map((members) => ({ members }));
  const open = async (group: Group) => {
    const graph = mergeGraph(
      file,
      group.members.map((index) => slots[index]!),
    );
    const session = await runtime.open(graph.bytes, file.folder, 'mapped');
    if (session.ok) group.opened = { session: session.value, slots: graph.slots };
    return session;
  };
  const release = async () => {
    for (const { opened } of groups) await opened?.session.release();
  };
  if (groups.length <= mostOpened)
    for (const group of groups) {
      const session = await open(group);
      if (session.ok) continue;
      await release();
      return session;
    }
  const stackers = new Map(indexes.map((index) => [index, createStacker(slots[index]!.shape)]));

  const runGroup = async (
    { members, opened }: Group,
    ...[wanted, arrayOf, scaleOf]: Required<Parameters<RuntimeMerge['run']>>
  ) => {
    const feeds: Record<string, Tensor> = {};
    const fetches: Record<string, Tensor> = {};
    for (const [position, index] of members.entries()) {
      const names = opened!.slots[position]!;
      const changes = wanted.get(index) ?? [];
      const scale = changes.length > 0 ? scaleOf(index) : undefined;
      const stacked = stackers.get(index)!(changes);
      const factors = scale ? scaledByDora(stacked, slots[index]!, changes[0]!, scale) : stacked;
      feeds[names.isScaled.name] = new Tensor('bool', [scale !== undefined], []);
      feeds[names.baseScale.name] = scale ? baseScaleOf(slots[index]!, scale) : NO_SCALE;
      feeds[names.down.name] = factors.down;
      feeds[names.up.name] = factors.up;
      feeds[names.scale.name] = factors.scale;
      if (wanted.has(index))
        fetches[names.merged.name] = tensorOf(slots[index]!, arrayOf(index), matrixDims(slots[index]!));
    }
    await opened!.session.run(feeds, fetches);
  };
  return success({
    async run(wanted, arrayOf, scaleOf = () => undefined) {
      const failures: BindFailure[] = [];
      const incomplete: number[] = [];
      for (const group of groups) {
        const own = group.members.filter((index) => wanted.has(index));
        if (own.length === 0) continue;
        if (group.opened || (await open(group)).ok) await runGroup(group, wanted, arrayOf, scaleOf);
        // Without a session the weights are read and merged here, which is slower.
        else
          for (const index of own) {
            const failed = mergeFloat64(file, slots[index]!, wanted.get(index)!, arrayOf(index));
            failures.push(...failed);
            if (failed.length > 0) incomplete.push(index);
          }
        collectYoung();
        await yieldToEventLoop();
      }
      return { failures, incomplete };
    },
    async release() {
      await release();
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

/** Slots that LoRAs change together share a session: attention, feed-forward, projections, the rest. */
function groupSlots(
  slots: readonly WeightSlot[],
  indexes: readonly number[],
  groupBytes: number,
): number[][] {
  const groups: number[][] = [];
  const open = new Map<string, { members: number[]; bytes: number }>();
  for (const index of indexes) {
    const slot = slots[index]!;
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
