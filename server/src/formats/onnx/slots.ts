import { ELEMENT, type OnnxModel, type OnnxNode, type OnnxTensor } from './model';
import { type PackedModule, packedOf } from './packed';
import { pathOfFolded, pathOfValue, scopeOfNode, stripWrapper } from './paths';

/** `torch`: as PyTorch stores it, `[out, in, …]`. `transposed`: `[in, out]`, as MatMul multiplies. */
export type Layout = 'torch' | 'transposed';

/**
 * A trainable parameter of a module, and the places in the graph that read it. Replacing the inputs named in `uses`
 * by another value changes this parameter of this module and nothing else, even where the exporter stored equal
 * tensors once.
 */
export interface WeightSlot {
  /** Module path with dots, as diffusers and transformers name it. */
  readonly path: string;
  readonly part: 'weight' | 'bias';
  readonly kind: 'linear' | 'conv' | 'norm';
  /** PyTorch layout: linear `[out, in]`, conv `[out, in/groups, kh, kw]`, norm and bias `[n]`. */
  readonly shape: readonly number[];
  /** Layout and dimensions of the value where it is read. */
  readonly layout: Layout;
  readonly dims: readonly number[];
  /** Element type where it is read (ELEMENT). */
  readonly elementType: number;
  /** The stored tensor, and its own layout. */
  readonly tensor: OnnxTensor;
  readonly storedLayout: Layout;
  readonly uses: readonly SlotUse[];
  /** Modules whose weights an optimizer put into this one tensor; `path` is then no module's. */
  readonly packed?: readonly PackedModule[];
}

export interface SlotUse {
  /** Index into `model.nodes`. */
  readonly node: number;
  /** Index into the node's inputs. */
  readonly input: number;
}

interface Origin {
  readonly tensor: OnnxTensor;
  readonly transposed: boolean;
  readonly elementType: number;
  /** Value names from the reader's end to the stored tensor. */
  readonly names: readonly string[];
  /** Where to splice: moved above a Reshape or Unsqueeze, which gives a vector its broadcast shape. */
  readonly use: SlotUse;
}

const ELEMENT_TYPES = new Set<number>([
  ...[ELEMENT.float, ELEMENT.float16, ELEMENT.bfloat16, ELEMENT.double],
  ...[ELEMENT.float8e4m3, ELEMENT.float8e5m2],
]);

/** Finds every weight and bias a network file could want to change. Order: that of the graph. */
export function findSlots(model: OnnxModel): WeightSlot[] {
  const producers = new Map<string, number>();
  const consumers = new Map<string, SlotUse[]>();
  model.nodes.forEach((node, index) => {
    for (const output of node.outputs) if (output) producers.set(output, index);
    node.inputs.forEach((name, input) => {
      if (!name) return;
      const list = consumers.get(name);
      if (list) list.push({ node: index, input });
      else consumers.set(name, [{ node: index, input }]);
    });
  });
  const graph: Graph = { model, producers, consumers };
  const found = new Map<string, WeightSlot>();
  const add = (slot: WeightSlot | undefined) => {
    if (!slot) return;
    const key = `${slot.path}.${slot.part}`;
    const same = found.get(key);
    if (!same) found.set(key, slot);
    else if (same.tensor === slot.tensor && same.layout === slot.layout && same.kind === slot.kind)
      found.set(key, { ...same, uses: [...same.uses, ...slot.uses] });
  };
  model.nodes.forEach((_, index) => {
    for (const slot of matrixSlots(graph, index)) add(slot);
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

/** A graph with its wiring looked up. */
export interface Graph {
  readonly model: OnnxModel;
  readonly producers: ReadonlyMap<string, number>;
  readonly consumers: ReadonlyMap<string, readonly SlotUse[]>;
}

const MATRIX_OPS = new Set(['MatMul', 'FusedMatMul', 'Gemm', 'FusedGemm', 'Conv', 'FusedConv', 'Attention']);

function* matrixSlots(graph: Graph, index: number): Generator<WeightSlot> {
  const node = graph.model.nodes[index];
  if (!MATRIX_OPS.has(node.opType)) return;
  const origin = originOf(graph, { node: index, input: 1 });
  if (!origin) return;
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
  if (bias && bias.tensor.dims.length === 1) yield vector(path, 'bias', conv ? 'conv' : 'linear', bias);
}

/** Order: a telling name nearest the reader; the node's scope where the tensor is shared or nameless; the bias' name. */
function pathOfMatrix(graph: Graph, node: OnnxNode, origin: Origin): string | undefined {
  const scope = scopeOfNode(node);
  for (const name of origin.names) {
    const named = pathOfValue(name) ?? pathOfFolded(graph.model, name);
    if (named?.part !== 'weight') continue;
    const shared = (graph.consumers.get(name)?.length ?? 0) > 1;
    return shared && scope !== undefined ? scope : named.path;
  }
  return scope ?? pathOfBias(graph, node);
}

function pathOfBias(graph: Graph, node: OnnxNode): string | undefined {
  const direct = node.inputs[2] ? pathOfValue(node.inputs[2]) : undefined;
  if (direct?.part === 'bias') return direct.path;
  for (const use of graph.consumers.get(node.outputs[0]) ?? []) {
    const next = graph.model.nodes[use.node];
    if (next.opType !== 'Add') continue;
    for (const name of next.inputs) {
      const named = pathOfValue(name);
      if (named?.part === 'bias') return named.path;
    }
  }
  return undefined;
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
  const node = graph.model.nodes[index];
  const scope = scopeOfNode(node);
  const norm = NORM_INPUTS[node.opType];
  if (norm) {
    for (const [at, part] of [
      [norm[0], 'weight'],
      [norm[1], 'bias'],
    ] as const) {
      const origin = originOf(graph, { node: index, input: at });
      if (origin?.tensor.dims.length !== 1) continue;
      const path = pathOfVector(graph, origin, part) ?? scope;
      if (path !== undefined) yield vector(path, part, 'norm', origin);
    }
  } else if (node.opType === 'Mul' || node.opType === 'Add') {
    const part = node.opType === 'Mul' ? 'weight' : 'bias';
    for (const input of [0, 1]) {
      const origin = originOf(graph, { node: index, input });
      if (!origin || !isVector(origin.tensor.dims)) continue;
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
  if (dims.length === 1) return dims[0] > 1;
  return dims.length === 3 && dims[0] > 1 && dims[1] === 1 && dims[2] === 1;
}

function pathOfVector(graph: Graph, origin: Origin, part: 'weight' | 'bias'): string | undefined {
  for (const name of origin.names) {
    const named = pathOfValue(name) ?? pathOfFolded(graph.model, name);
    if (named?.part !== part) continue;
    const shared = (graph.consumers.get(name)?.length ?? 0) > 1;
    const scope = scopeOfNode(graph.model.nodes[origin.use.node]);
    return shared && scope !== undefined ? scope : named.path;
  }
  return undefined;
}

function vector(path: string, part: 'weight' | 'bias', kind: WeightSlot['kind'], origin: Origin): WeightSlot {
  const { dims } = origin.tensor;
  const { elementType, tensor } = origin;
  const common = { layout: 'torch', storedLayout: 'torch', uses: [origin.use] } as const;
  return { path, part, kind, shape: [dims[0]], dims, elementType, tensor, ...common };
}

/** Walks from a node's input to the stored tensor it comes from, through what only renames, casts or turns it. */
function originOf(graph: Graph, start: SlotUse): Origin | undefined {
  let use = start;
  let name: string | undefined = graph.model.nodes[start.node].inputs[start.input];
  let transposed = false;
  let elementType: number | undefined;
  const names: string[] = [];
  while (name) {
    names.push(name);
    const tensor = graph.model.initializers.get(name);
    if (tensor) {
      if (!ELEMENT_TYPES.has(tensor.dataType)) return undefined;
      return { tensor, transposed, elementType: elementType ?? tensor.dataType, names, use };
    }
    const producer = graph.producers.get(name);
    if (producer === undefined) return undefined;
    const node: OnnxNode = graph.model.nodes[producer];
    if (node.opType === 'Constant') return constantOrigin(node, { transposed, elementType, names, use });
    if (node.opType === 'Cast') {
      elementType ??= node.attributes.find((attribute) => attribute.name === 'to')?.int;
    } else if (node.opType === 'Transpose') {
      const perm = node.attributes.find((attribute) => attribute.name === 'perm')?.ints;
      if (perm && !(perm.length === 2 && perm[0] === 1)) return undefined;
      transposed = !transposed;
    } else if (node.opType === 'Unsqueeze' || node.opType === 'Reshape') {
      if (transposed || (graph.consumers.get(node.outputs[0])?.length ?? 0) !== 1) return undefined;
      use = { node: producer, input: 0 };
      elementType = undefined;
    } else if (node.opType !== 'Identity') return undefined;
    name = node.inputs[0];
  }
  return undefined;
}

function constantOrigin(
  node: OnnxNode,
  walk: Omit<Origin, 'tensor' | 'elementType'> & { elementType: number | undefined },
): Origin | undefined {
  const tensor = node.attributes.find((attribute) => attribute.name === 'value')?.tensor;
  if (!tensor || !ELEMENT_TYPES.has(tensor.dataType)) return undefined;
  return { ...walk, tensor, elementType: walk.elementType ?? tensor.dataType };
}
