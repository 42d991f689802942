import { ELEMENT, encode } from '../../formats/onnx/index';

/** A weight of a network: its name as PyTorch's state dict has it, and its shape there. */
export interface Parameter {
  /** `down_blocks.0.resnets.0.conv1.weight`. */
  readonly name: string;
  readonly shape: readonly number[];
}

/** Element types that weights are stored in, by safetensors' names. The runtime turns each into float32 by itself. */
export const STORED_TYPES = {
  F32: ELEMENT.float,
  F16: ELEMENT.float16,
  BF16: ELEMENT.bfloat16,
  F64: ELEMENT.double,
  F8_E4M3: ELEMENT.float8e4m3fn,
  F8_E5M2: ELEMENT.float8e5m2,
} as const;

/** Where a weight's bytes are: a range of a file beside the graph, or of one handed over with it. */
export interface WeightLocation {
  readonly dtype: keyof typeof STORED_TYPES;
  readonly location: string;
  readonly offset: number;
  readonly length: number;
  /** The bytes hold the matrix that the network knows, transposed. */
  readonly transposed?: boolean;
}

/** Answers where a weight is. */
export type Locate = (parameter: Parameter) => WeightLocation;

/** A value of the graph being written. */
export interface Value {
  readonly name: string;
}

/** Operators of ONNX Runtime's own, beyond the standard's. */
const RUNTIME_DOMAIN = 'com.microsoft';
const RUNTIME_OPERATORS = new Set(['FusedMatMul', 'Gelu', 'MultiHeadAttention', 'QuickGelu']);

/** First version with LayerNormalization as one operator. */
const OPSET = 17;
/** First version that casts eight-bit floats. */
const OPSET_OF_EIGHTS = 19;

/**
 * Writes one graph. A scope is a module of the network; nodes are named as torch's exporter names them
 * (`/down_blocks.0/attentions.0/proj_in/Conv`) and weights as state dicts do, so that whatever reads exported graphs
 * reads these too.
 */
export interface Scope {
  /** The scope of a child module; its name may have an index, as in `to_out.0`. */
  module(name: string): Scope;
  /** A weight of this module, read as float32. `dims` is its shape in the graph, where that is not PyTorch's. */
  parameter(part: string, shape: readonly number[], dims?: readonly number[]): Value;
  /** A node with one output. */
  op(opType: string, inputs: readonly (Value | undefined)[], ...attributes: Uint8Array[]): Value;
  /** A node with several outputs. */
  ops(
    opType: string,
    inputs: readonly (Value | undefined)[],
    outputs: number,
    ...attributes: Uint8Array[]
  ): Value[];
  /** An int64 vector, for shapes, axes and the like. */
  integers(values: readonly number[]): Value;
  /** float32 numbers; a scalar unless `dims` are given. */
  floats(values: readonly number[] | Float32Array, dims?: readonly number[]): Value;
}

export interface GraphBuilder {
  /** The network's outermost module. */
  readonly root: Scope;
  input(name: string, type: keyof typeof ELEMENT, dims: readonly (number | string)[]): Value;
  /** Gives a value out under a name of the caller's. */
  output(name: string, value: Value, dims: readonly (number | string)[]): void;
  /** The encoded ModelProto. */
  bytes(): Uint8Array;
}

/** Starts an empty graph whose weights are where `locate` says. */
export function createGraph(locate: Locate): GraphBuilder {
  const nodes: Uint8Array[] = [];
  const initializers: Uint8Array[] = [];
  const inputs: Uint8Array[] = [];
  const outputs: Uint8Array[] = [];
  const constants = new Map<string, Value>();
  const parameters = new Set<string>();
  const nodeNames = new Map<string, number>();
  let opset = OPSET;

  const constant = (elementType: number, dims: readonly number[], raw: Uint8Array): Value => {
    const key = `${elementType}:${dims.join(',')}:${Buffer.from(raw).toString('base64')}`;
    let value = constants.get(key);
    if (!value) {
      value = { name: `constant_${constants.size}` };
      constants.set(key, value);
      initializers.push(encode.tensor(value.name, elementType, dims, raw));
    }
    return value;
  };

  const scopeAt = (path: readonly string[]): Scope => {
    const ops: Scope['ops'] = (opType, from, count, ...attributes) => {
      const base = [...path, opType].map((step) => `/${step}`).join('');
      const repeat = nodeNames.get(base) ?? 0;
      nodeNames.set(base, repeat + 1);
      const name = repeat === 0 ? base : `${base}_${repeat}`;
      const results = Array.from({ length: count }, (_, index) => ({ name: `${name}_output_${index}` }));
      const domain = RUNTIME_OPERATORS.has(opType) ? RUNTIME_DOMAIN : '';
      const names = from.map((value) => value?.name ?? '');
      const given = results.map((result) => result.name);
      nodes.push(encode.node(opType, names, given, name, attributes, domain));
      return results;
    };
    const op: Scope['op'] = (opType, from, ...attributes) => ops(opType, from, 1, ...attributes)[0]!;
    return {
      module: (name) => scopeAt([...path, name]),
      op,
      ops,
      parameter(part, shape, dims = shape) {
        const name = [...path, part].join('.');
        if (parameters.has(name)) throw new Error(`${name} is used twice`);
        parameters.add(name);
        const { dtype, location, offset, length, transposed } = locate({ name, shape });
        if (dtype.startsWith('F8')) opset = OPSET_OF_EIGHTS;
        const stored = transposed ? [...dims].reverse() : dims;
        initializers.push(encode.externalTensor(name, STORED_TYPES[dtype], stored, location, offset, length));
        let value: Value = { name };
        if (dtype !== 'F32') value = op('Cast', [value], encode.intAttribute('to', ELEMENT.float));
        return transposed ? op('Transpose', [value], encode.intsAttribute('perm', [1, 0])) : value;
      },
      integers: (values) =>
        constant(
          ELEMENT.int64,
          [values.length],
          new Uint8Array(BigInt64Array.from(values, (value) => BigInt(value)).buffer),
        ),
      floats(values, dims = []) {
        const array = Float32Array.from(values);
        return constant(ELEMENT.float, dims, new Uint8Array(array.buffer));
      },
    };
  };

  const root = scopeAt([]);
  return {
    root,
    input(name, type, dims) {
      inputs.push(encode.valueInfo(name, ELEMENT[type], dims));
      return { name };
    },
    output(name, value, dims) {
      nodes.push(encode.node('Identity', [value.name], [name], `/outputs/${name}`));
      outputs.push(encode.valueInfo(name, ELEMENT.float, dims));
    },
    bytes: () =>
      encode.model({
        nodes,
        initializers,
        inputs,
        outputs,
        opset,
        domains: { [RUNTIME_DOMAIN]: 1 },
      }),
  };
}
