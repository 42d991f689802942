import type { OnnxModel } from './model';
import { MATRIX_OPS, type Origin, originOf, pathOfMatrix } from './origin';
import { packedOf } from './packed';
import { pathOfFolded, pathOfValue, scopeOfNode, stripWrapper } from './paths';
import { quantisedSlot } from './quantised';
import { connectionsOf, type Graph, type Layout, type WeightSlot } from './slot';

/** Finds every weight and bias a network file could want to change. Order: that of the graph. */
export function findSlots(model: OnnxModel): WeightSlot[] {
  const graph = connectionsOf(model);
  const found = new Map<string, WeightSlot>();
  const add = (slot: WeightSlot | undefined) => {
    if (!slot) return;
    const key = `${slot.path}.${slot.part}`;
    const same = found.get(key);
    if (!same) found.set(key, slot);
    else if (same.tensor === slot.tensor && same.layout === slot.layout && same.kind === slot.kind)
      found.set(key, {
        ...same,
        uses: [...same.uses, ...slot.uses],
        ...(same.quantised && { quantised: [...same.quantised, ...(slot.quantised ?? [])] }),
      });
  };
  model.nodes.forEach((_, index) => {
    for (const slot of matrixSlots(graph, index)) add(slot);
    add(quantisedSlot(graph, index));
  });
  model.nodes.forEach((_, index) => {
    for (const slot of vectorSlots(graph, index, found)) add(slot);
  });
  const strip = stripWrapper(
    [...found.values()].flatMap((slot) => slot.packed?.map(({ path }) => path) ?? [slot.path]),
  );
  return [...found.values()].map((slot) => ({
    ...slot,
    path: strip(slot.path),
    ...(slot.packed && { packed: slot.packed.map(({ path, rows }) => ({ path: strip(path), rows })) }),
  }));
}

function* matrixSlots(graph: Graph, index: number): Generator<WeightSlot> {
  const node = graph.model.nodes[index]!;
  if (!MATRIX_OPS.has(node.opType)) return;
  const origin = originOf(graph, { node: index, input: 1 });
  if (!origin || origin.isQuantised) return;
  const conv = node.opType.endsWith('Conv');
  const stored = origin.tensor.dims;
  if (conv ? stored.length < 3 : stored.length !== 2) return;
  if (conv && origin.transposed) return;
  const packed = packedOf(graph, index, origin.transposed ? stored[0]! : stored.at(-1)!);
  const path = packed ? packed[0]!.path.replace(/[^.]*$/, 'packed') : pathOfMatrix(graph, node, origin);
  if (path === undefined) return;
  const transB = node.attributes.find((attribute) => attribute.name === 'transB')?.int === 1;
  const layout: Layout = conv || transB ? 'torch' : 'transposed';
  const dims = origin.transposed ? [...stored].reverse() : stored;
  const flipped: Layout = layout === 'torch' ? 'transposed' : 'torch';
  yield {
    path,
    part: 'weight',
    kind: conv ? 'conv' : 'linear',
    shape: layout === 'torch' ? dims : [...dims].reverse(),
    layout,
    dims,
    elementType: origin.elementType,
    tensor: origin.tensor,
    storedLayout: origin.transposed ? flipped : layout,
    uses: [origin.use],
    ...(packed && { packed }),
  };
  if (packed) return;
  const bias = originOf(graph, { node: index, input: 2 });
  if (bias && !bias.isQuantised && bias.tensor.dims.length === 1)
    yield vector(path, 'bias', conv ? 'conv' : 'linear', bias);
}

/** Input index of scale and bias by norm operator. */
const NORM_INPUTS: Readonly<Record<string, readonly [scale: number, bias: number]>> = {
  LayerNormalization: [1, 2],
  GroupNormalization: [1, 2],
  GroupNorm: [1, 2],
  SkipLayerNormalization: [2, 3],
  SkipGroupNorm: [1, 2],
};

function* vectorSlots(
  graph: Graph,
  index: number,
  known: ReadonlyMap<string, WeightSlot>,
): Generator<WeightSlot> {
  const node = graph.model.nodes[index]!;
  const scope = scopeOfNode(node);
  const norm = NORM_INPUTS[node.opType];
  if (norm) {
    for (const [at, part] of [
      [norm[0], 'weight'],
      [norm[1], 'bias'],
    ] as const) {
      const origin = originOf(graph, { node: index, input: at });
      if (origin?.tensor.dims.length !== 1 || origin.isQuantised) continue;
      const path = pathOfVector(graph, origin, part) ?? scope;
      if (path !== undefined) yield vector(path, part, 'norm', origin);
    }
  } else if (node.opType === 'Mul' || node.opType === 'Add') {
    const part = node.opType === 'Mul' ? 'weight' : 'bias';
    for (const input of [0, 1]) {
      const origin = originOf(graph, { node: index, input });
      if (!origin || origin.isQuantised || !isVector(origin.tensor.dims)) continue;
      const named = pathOfVector(graph, origin, part);
      if (named !== undefined) {
        const owner = known.get(`${named}.weight`);
        yield vector(named, part, owner?.kind ?? 'norm', origin);
      } else if (scope !== undefined && scopeOwns(scope, part, origin, known)) {
        yield vector(scope, part, known.get(`${scope}.weight`)?.kind ?? 'norm', origin);
      }
    }
  }
}

/** A nameless constant belongs to the scope's module as a GroupNorm's `[C,1,1]`, or as the bias of its linear. */
function scopeOwns(
  scope: string,
  part: 'weight' | 'bias',
  origin: Origin,
  known: ReadonlyMap<string, WeightSlot>,
): boolean {
  const { dims } = origin.tensor;
  if (dims.length === 3) return true;
  const weight = known.get(`${scope}.weight`);
  return part === 'bias' && dims.length === 1 && weight?.shape[0] === dims[0];
}

function isVector(dims: readonly number[]): boolean {
  if (dims.length === 1) return dims[0]! > 1;
  return dims.length === 3 && dims[0]! > 1 && dims[1] === 1 && dims[2] === 1;
}

function pathOfVector(graph: Graph, origin: Origin, part: 'weight' | 'bias'): string | undefined {
  for (const name of origin.names) {
    const named = pathOfValue(name) ?? pathOfFolded(graph.model, name);
    if (named?.part !== part) continue;
    const shared = (graph.consumers.get(name)?.length ?? 0) > 1;
    const scope = scopeOfNode(graph.model.nodes[origin.use.node]!);
    return shared && scope !== undefined ? scope : named.path;
  }
  return undefined;
}

function vector(path: string, part: 'weight' | 'bias', kind: WeightSlot['kind'], origin: Origin): WeightSlot {
  const { dims } = origin.tensor;
  const { elementType, tensor } = origin;
  const common = { layout: 'torch', storedLayout: 'torch', uses: [origin.use] } as const;
  return { path, part, kind, shape: [dims[0]!], dims, elementType, tensor, ...common };
}
