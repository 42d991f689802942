import { ELEMENT, encode } from '../../formats/onnx/index';

/** A value of a graph: a graph input, an initializer or an output of a node. Its name is final when the graph is encoded. */
export interface Value {
  readonly name: string;
}

/** Writes nodes to one position of a graph, or into one branch of an `If`. */
export interface NodeWriter {
  /** A node with one output. `attributes` are encoded AttributeProtos. */
  op(opType: string, inputs: readonly (Value | undefined)[], ...attributes: Uint8Array[]): Value;
  /** A node with several outputs. */
  ops(
    opType: string,
    inputs: readonly (Value | undefined)[],
    outputs: number,
    ...attributes: Uint8Array[]
  ): Value[];
  /** An `If` with one output. Both branches may read every value written before it. */
  choose(
    condition: Value,
    whenTrue: (nodes: NodeWriter) => Value,
    whenFalse: (nodes: NodeWriter) => Value,
  ): Value;
  /** A node that was planned elsewhere, such as a copy of one of the model's; gives its first output. */
  append(node: PlannedNode): Value;
  /** An int64 vector, for shapes, axes and the like. */
  integers(values: readonly number[]): Value;
  /** float32 numbers; a scalar unless `dims` are given. */
  floats(values: readonly number[] | Float32Array, dims?: readonly number[]): Value;
}

/** A node that is encoded when all names are final. */
export interface PlannedNode {
  readonly outputs: readonly Value[];
  /** Values it reads, those of its branches included. */
  reads(): readonly Value[];
  /** The NodeProto. */
  encode(): Uint8Array;
}

/** Gives every node and value of a graph a name of its own. */
export interface Names {
  /** The wanted name, with `_1`, `_2` … behind it where it is taken. */
  unique(wanted: string): string;
}

/** Names for a graph in which `taken` are in use already. */
export function createNames(taken: Iterable<string> = []): Names {
  const known = new Set(taken);
  const counts = new Map<string, number>();
  return {
    unique(wanted) {
      let count = counts.get(wanted) ?? 0;
      let name = count === 0 ? wanted : `${wanted}_${count}`;
      while (known.has(name)) name = `${wanted}_${++count}`;
      counts.set(wanted, count + 1);
      known.add(name);
      return name;
    },
  };
}

/** Gives a constant of a graph; equal ones are stored once. */
export type Constants = (elementType: number, dims: readonly number[], raw: Uint8Array) => Value;

/** Constants named `{prefix}0`, `{prefix}1` …; `store` is given each TensorProto once. */
export function createConstants(
  names: Names,
  prefix: string,
  store: (tensor: Uint8Array) => void,
): Constants {
  const constants = new Map<string, Value>();
  return (elementType, dims, raw) => {
    const key = `${elementType}:${dims.join(',')}:${Buffer.from(raw).toString('base64')}`;
    let value = constants.get(key);
    if (!value) {
      value = { name: names.unique(`${prefix}${constants.size}`) };
      constants.set(key, value);
      store(encode.tensor(value.name, elementType, dims, raw));
    }
    return value;
  };
}

/** Operators of ONNX Runtime's own, beyond the standard's. */
export const RUNTIME_DOMAIN = 'com.microsoft';
const RUNTIME_OPERATORS = new Set(['FusedMatMul', 'Gelu', 'MultiHeadAttention', 'QuickGelu']);

/**
 * A writer that appends to `into`. Nodes are named as torch's exporter names them: the steps of `path` and the operator,
 * separated by slashes (`/down_blocks.0/attentions.0/proj_in/Conv`).
 */
export function createNodeWriter(
  names: Names,
  constant: Constants,
  path: readonly string[],
  into: PlannedNode[],
): NodeWriter {
  const write = (
    opType: string,
    inputs: readonly (Value | undefined)[],
    count: number,
    attributes: readonly Uint8Array[],
    branches: readonly Branch[] = [],
  ): Value[] => {
    const name = names.unique([...path, opType].map((step) => `/${step}`).join(''));
    const outputs = Array.from({ length: count }, (_, index) => ({
      name: names.unique(`${name}_output_${index}`),
    }));
    const domain = RUNTIME_OPERATORS.has(opType) ? RUNTIME_DOMAIN : '';
    into.push({
      outputs,
      reads: () => [
        ...inputs.filter((value) => value !== undefined),
        ...branches.flatMap(({ nodes }) => nodes.flatMap((node) => node.reads())),
      ],
      encode: () =>
        encode.node(
          opType,
          inputs.map((value) => value?.name ?? ''),
          outputs.map((value) => value.name),
          name,
          [...attributes, ...branches.map(encodeBranch)],
          domain,
        ),
    });
    return outputs;
  };
  const branch = (name: string, body: (nodes: NodeWriter) => Value): Branch => {
    const nodes: PlannedNode[] = [];
    const writer = createNodeWriter(names, constant, path, nodes);
    const value = body(writer);
    // What a branch gives must be made in it.
    const isOwn = nodes.some(({ outputs }) => outputs.includes(value));
    return { name, nodes, result: isOwn ? value : writer.op('Identity', [value]) };
  };
  return {
    op: (opType, inputs, ...attributes) => write(opType, inputs, 1, attributes)[0]!,
    ops: (opType, inputs, count, ...attributes) => write(opType, inputs, count, attributes),
    choose(condition, whenTrue, whenFalse) {
      const branches = [branch('then_branch', whenTrue), branch('else_branch', whenFalse)];
      return write('If', [condition], 1, [], branches)[0]!;
    },
    append(node) {
      into.push(node);
      return node.outputs[0]!;
    },
    integers: (values) =>
      constant(
        ELEMENT.int64,
        [values.length],
        new Uint8Array(BigInt64Array.from(values, (value) => BigInt(value)).buffer),
      ),
    floats: (values, dims = []) =>
      constant(ELEMENT.float, dims, new Uint8Array(Float32Array.from(values).buffer)),
  };
}

/** A branch of an `If`. */
interface Branch {
  readonly name: string;
  readonly nodes: readonly PlannedNode[];
  readonly result: Value;
}

function encodeBranch({ name, nodes, result }: Branch): Uint8Array {
  return encode.graphAttribute(
    name,
    nodes.map((node) => node.encode()),
    [result.name],
  );
}
