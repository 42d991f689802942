import {
  ELEMENT,
  encode,
  lengthOf,
  type OnnxModel,
  type OnnxTensor,
  type Segment,
  type WeightSlot,
} from '../../../formats/onnx/index';
import type { BakePlan } from '../../../shared/bake';
import { createGraphEdit } from '../../graph/graphEdit';
import type { ModelFile } from '../../graph/modelFile';
import { slotName } from '../../graph/slotInputs';
import { STORED_BYTES } from './storedBytes';

/** Where the merged value of a slot is written. */
export interface Placement {
  /** A data file beside the graph; undefined for the graph's own file. */
  readonly location?: string;
  readonly offset: number;
  readonly length: number;
  readonly elementType: number;
  readonly layout: WeightSlot['layout'];
}

/** How a graph's files change. */
export interface GraphPlan {
  /** The new graph file, in pieces of the old one. */
  readonly segments: readonly Segment[];
  readonly placements: ReadonlyMap<number, Placement>;
  /** Data files the graph refers to, without the added one. */
  readonly locations: readonly string[];
  /** A data file for weights that have no place of their own in the old files; none when there are no such. */
  readonly added?: { readonly location: string; readonly length: number };
}

/** Where an added weight begins: runtimes map files, and processors like their vectors aligned. */
const ALIGNMENT = 64;

/**
 * Plans the smallest change: a weight that is stored for one slot alone is overwritten where it is, so that graph and
 * data file keep their layout. One that the exporter stored once for several slots or in a packed form, or that is to be
 * kept more exactly than it was stored, gets a place in a data file of its own, and its readers are turned to it.
 */
export function planGraph(
  file: ModelFile,
  changed: readonly number[],
  addedName: string,
  precision: BakePlan['precision'],
): GraphPlan {
  const { model, slots } = file;
  const own = ownership(model);
  const placements = new Map<number, Placement>();
  const moved: number[] = [];
  for (const index of changed) {
    const { tensor, elementType } = slots[index]!;
    const isRounded = precision === 'computed' && tensor.dataType !== elementType;
    const place = !isRounded && own.includesOnly(slots[index]!) ? placeOf(slots[index]!) : undefined;
    if (place && !own.overlaps(slots[index]!.tensor, place)) placements.set(index, place);
    else moved.push(index);
  }
  const locations = [...own.locations];
  if (moved.length === 0) return { segments: [{ start: 0, end: model.source.size }], placements, locations };

  const edit = createGraphEdit(model);
  let length = 0;
  for (const index of moved) {
    const { dims, elementType, layout } = slots[index]!;
    const offset = Math.ceil(length / ALIGNMENT) * ALIGNMENT;
    const size = sizeOf(dims) * (STORED_BYTES[elementType] ?? 0);
    placements.set(index, { location: addedName, offset, length: size, elementType, layout });
    const added = edit.addInitializer(slotName(slots[index]!), (name) =>
      encode.externalTensor(name, elementType, dims, addedName, offset, size),
    );
    edit.replaceInput(slots[index]!.uses, added);
    length = offset + size;
  }
  const segments = edit.segments();
  for (const [index, place] of placements) {
    if (place.location !== undefined) continue;
    placements.set(index, { ...place, offset: movedOffset(segments, place.offset) });
  }
  return { segments, placements, locations, added: { location: addedName, length } };
}

/** The range of the slot's stored tensor, where its elements lie one after the other. */
export function placeOf({ tensor, storedLayout }: WeightSlot): Placement | undefined {
  const { data, dataType } = tensor;
  const length = sizeOf(tensor.dims) * (STORED_BYTES[dataType] ?? 0);
  const common = { length, elementType: dataType, layout: storedLayout };
  if (data.kind === 'inline') return data.length === length ? { ...common, offset: data.offset } : undefined;
  if (data.kind === 'external') return { ...common, location: data.location, offset: data.offset };
  const [range, ...more] = data.ranges;
  const isPacked = dataType === ELEMENT.float || dataType === ELEMENT.double;
  if (!range || more.length > 0 || !isPacked || range.end - range.valueStart !== length) return undefined;
  return { ...common, offset: range.valueStart };
}

/** Who reads what, to tell whether a stored tensor serves one slot alone. */
function ownership(model: OnnxModel) {
  const readers = new Map<string, { node: number; input: number }[]>();
  const producers = new Map<string, number>();
  model.nodes.forEach((node, index) => {
    node.inputs.forEach((name, input) => {
      const list = readers.get(name);
      if (list) list.push({ node: index, input });
      else readers.set(name, [{ node: index, input }]);
    });
    for (const name of node.outputs) producers.set(name, index);
  });
  const outputs = new Set(model.outputs.map(({ name }) => name));
  const external: OnnxTensor[] = [];
  const take = (tensor: OnnxTensor | undefined) => {
    if (tensor?.data.kind === 'external') external.push(tensor);
  };
  for (const tensor of model.initializers.values()) take(tensor);
  for (const node of model.nodes) for (const { tensor } of node.attributes) take(tensor);
  const locations = new Set(external.map(({ data }) => (data.kind === 'external' ? data.location : '')));

  return {
    locations,
    includesOnly(slot: WeightSlot): boolean {
      // Inputs the slot accounts for: its own, and those on the way to the stored tensor.
      const accounted = new Set(slot.uses.map(({ node, input }) => `${node} ${input}`));
      const chain = new Set<string>();
      const follow = (name: string) => {
        if (chain.has(name)) return;
        chain.add(name);
        const producer = producers.get(name);
        const from = producer === undefined ? undefined : model.nodes[producer]!.inputs[0];
        if (producer === undefined || !from) return;
        accounted.add(`${producer} 0`);
        follow(from);
      };
      for (const { node, input } of slot.uses) follow(model.nodes[node]!.inputs[input]!);
      return [...chain].every(
        (name) =>
          !outputs.has(name) &&
          (readers.get(name) ?? []).every(({ node, input }) => accounted.has(`${node} ${input}`)),
      );
    },
    /** True when another tensor's bytes lie in the same range of a data file. */
    overlaps(tensor: OnnxTensor, place: Placement): boolean {
      if (place.location === undefined) return false;
      return external.some(({ start, data, dims, dataType }) => {
        if (start === tensor.start || data.kind !== 'external' || data.location !== place.location)
          return false;
        const end = data.offset + (data.length ?? sizeOf(dims) * (STORED_BYTES[dataType] ?? 8));
        return data.offset < place.offset + place.length && place.offset < end;
      });
    },
  };
}

/** Where a byte of the old graph file lies in the new one. */
function movedOffset(segments: readonly Segment[], offset: number): number {
  let at = 0;
  for (const segment of segments) {
    if (!(segment instanceof Uint8Array) && segment.start <= offset && offset < segment.end)
      return at + offset - segment.start;
    at += lengthOf([segment]);
  }
  throw new RangeError(`byte ${offset} is in no piece of the edited graph`);
}

function sizeOf(dims: readonly number[]): number {
  return dims.reduce((a, b) => a * b, 1);
}
