import {
  assemble,
  editGraph,
  encode,
  type OnnxModel,
  renamedNode,
  type Segment,
  type SlotUse,
} from '../../formats/onnx/index';
import {
  createConstants,
  createNames,
  createNodeWriter,
  type NodeWriter,
  type PlannedNode,
  type Value,
} from './nodes';
import { unusedAfter } from './unused';

/**
 * Changes of an ONNX graph in terms of its values and nodes, after onnx/ir-py. Nodes of the model go by their index. What
 * is not changed is copied as the bytes it was. Names are chosen here, so that none is used twice. A value that takes the
 * place of another gets the other's name, so that everything that reads the name, subgraphs included, reads the new one.
 */
export interface GraphEdit {
  readonly model: OnnxModel;
  /** The value of that name in the edited graph. */
  value(name: string): Value;
  /** What a node input reads in the edited graph. */
  inputOf(use: SlotUse): Value;
  /** Adds a graph input. A string dimension is symbolic. */
  addInput(name: string, elementType: number, dims: readonly (number | string)[]): Value;
  /** Gives a value out as a graph output; ONNX Runtime infers its type. */
  addOutput(value: Value): void;
  /** Adds an initializer; `encoded` is given its name and returns the TensorProto. */
  addInitializer(name: string, encoded: (name: string) => Uint8Array): Value;
  /** Stores an initializer of the model in another way, under its name. */
  replaceInitializer(name: string, tensor: Uint8Array): void;
  /** Changes the declared type of a graph input of the model. */
  retypeInput(name: string, elementType: number, dims: readonly (number | string)[]): void;
  /** Makes node inputs read another value. Nodes and initializers that only served the old one are left out. */
  replaceInput(uses: readonly SlotUse[], by: Value): void;
  /** Writes nodes right after a node. `scope` is the first part of their names. */
  after(node: number, scope: string): NodeWriter;
  /** Writes nodes before all others. */
  start(scope: string): NodeWriter;
  /** Makes all readers of a node's first output, which is `own`, read the value that `make` writes. Once for a node. */
  replaceOutput(node: number, scope: string, make: (own: Value, nodes: NodeWriter) => Value): void;
  /** Leaves a node out; the value that `make` writes takes the place of its first output. */
  replaceNode(node: number, scope: string, make: (nodes: NodeWriter) => Value): void;
  /** A copy of a node, byte for byte but for its names; `inputs` replaces some of what it reads, by index. */
  copyOf(node: number, inputs?: ReadonlyMap<number, Value>): PlannedNode;
  /** The edited file in pieces, so that a large one need not be in memory. */
  segments(): Segment[];
  /** The edited file. */
  bytes(): Uint8Array;
}

/** First part of every name that an edit adds. */
const PREFIX = 'sdprompt';

/** Starts editing a model. */
export function createGraphEdit(model: OnnxModel): GraphEdit {
  const names = createNames(namesOf(model));
  const initializers: Uint8Array[] = [];
  const constants = createConstants(names, `${PREFIX}.constant_`, (tensor) => initializers.push(tensor));
  const values = new Map<string, Value>();
  const first: PlannedNode[] = [];
  const inserted = new Map<number, PlannedNode[]>();
  const dropped = new Set<number>();
  /** Node → input or output index → value. */
  const rewired = new Map<number, Map<number, Value>>();
  const renamed = new Map<number, Map<number, Value>>();
  /** Values that some input read before it was replaced. */
  const released: string[] = [];
  const inputs: Uint8Array[] = [];
  const outputs: Value[] = [];
  const replacedInitializers = new Map<string, Uint8Array>();
  const retyped = new Map<string, Uint8Array>();

  const value = (name: string): Value => {
    const known = values.get(name) ?? { name };
    values.set(name, known);
    return known;
  };
  const inputOf = ({ node, input }: SlotUse): Value =>
    rewired.get(node)?.get(input) ?? value(model.nodes[node]!.inputs[input] ?? '');
  const writerInto = (list: PlannedNode[], scope: string) =>
    createNodeWriter(names, constants, [PREFIX, scope], list);
  const after: GraphEdit['after'] = (node, scope) => {
    const list = inserted.get(node) ?? [];
    inserted.set(node, list);
    return writerInto(list, scope);
  };
  /** Gives a value that was written here a name of the model's. */
  const takeName = (by: Value, name: string) => {
    (by as { name: string }).name = name;
    values.set(name, by);
  };
  const planned = () => [...first, ...[...inserted.values()].flat()];
  const segments = () => {
    const { dropNodes, dropInitializers } = unusedAfter({
      model,
      released,
      dropped,
      inputOf,
      reads: [...planned().flatMap((node) => node.reads()), ...outputs].map(({ name }) => name),
    });
    return editGraph(model, {
      dropNodes: new Set([...dropped, ...dropNodes]),
      dropInitializers,
      rewire: new Map([...rewired].map(([node, by]) => [node, namesIn(by)])),
      rename: new Map([...renamed].map(([node, by]) => [node, namesIn(by)])),
      prologue: first.map((node) => node.encode()),
      insertAfter: new Map([...inserted].map(([node, list]) => [node, list.map((one) => one.encode())])),
      replaceInitializers: replacedInitializers,
      addInitializers: initializers,
      replaceInputs: retyped,
      addInputs: inputs,
      addOutputs: outputs.map(({ name }) => encode.untypedValue(name)),
    });
  };

  return {
    model,
    value,
    inputOf,
    addInput(name, elementType, dims) {
      const added = { name: names.unique(name) };
      inputs.push(encode.valueInfo(added.name, elementType, dims));
      return added;
    },
    addOutput: (given) => void outputs.push(given),
    addInitializer(name, encoded) {
      const added = { name: names.unique(name) };
      initializers.push(encoded(added.name));
      return added;
    },
    replaceInitializer: (name, tensor) => void replacedInitializers.set(name, tensor),
    retypeInput: (name, elementType, dims) =>
      void retyped.set(name, encode.valueInfo(name, elementType, dims)),
    replaceInput(uses, by) {
      for (const { node, input } of uses) {
        const known = rewired.get(node) ?? new Map<number, Value>();
        if (!known.has(input)) released.push(model.nodes[node]!.inputs[input]!);
        rewired.set(node, known.set(input, by));
      }
    },
    after,
    start: (scope) => writerInto(first, scope),
    replaceOutput(node, scope, make) {
      if (renamed.has(node)) throw new Error(`the output of node ${node} is replaced twice`);
      const { name } = value(model.nodes[node]!.outputs[0]!);
      const own = { name: names.unique(`${PREFIX}.${name}.own`) };
      renamed.set(node, new Map([[0, own]]));
      takeName(make(own, after(node, scope)), name);
    },
    replaceNode(node, scope, make) {
      dropped.add(node);
      takeName(make(after(node, scope)), model.nodes[node]!.outputs[0]!);
    },
    copyOf(node, own = new Map()) {
      const { name, inputs: read } = model.nodes[node]!;
      const output = { name: names.unique(`${PREFIX}.${name}_output_0`) };
      return {
        outputs: [output],
        reads: () => read.map((_, input) => own.get(input) ?? inputOf({ node, input })),
        encode() {
          const by = namesIn(new Map([...(rewired.get(node) ?? []), ...own]));
          return renamedNode(model, node, by, new Map([[0, output.name]]));
        },
      };
    },
    segments,
    bytes: () => assemble(segments(), model.source),
  };
}

/** Every name in use, of nodes and of values. */
function* namesOf(model: OnnxModel): Generator<string> {
  for (const { name, outputs } of model.nodes) {
    yield name;
    yield* outputs;
  }
  for (const { name } of model.inputs) yield name;
  yield* model.initializers.keys();
}

function namesIn(values: ReadonlyMap<number, Value>): Map<number, string> {
  return new Map([...values].map(([index, { name }]) => [index, name]));
}
