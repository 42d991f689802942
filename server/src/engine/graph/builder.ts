import { ELEMENT, encode } from '../../formats/onnx/index';
import { createGraphWriter } from './graphWriter';
import type { NodeWriter, Value } from './nodes';

/** A weight of a network: its name as PyTorch's state dict has it, and its shape there. */
export interface Parameter {
  /** `down_blocks.0.resnets.0.conv1.weight`. */
  readonly name: string;
  readonly shape: readonly number[];
}

/** Element types that weights are stored in, by safetensors' names. ONNX Runtime can cast each to float32. */
export const STORED_TYPES = {
  F32: ELEMENT.float,
  F16: ELEMENT.float16,
  BF16: ELEMENT.bfloat16,
  F64: ELEMENT.double,
  F8_E4M3: ELEMENT.float8e4m3fn,
  F8_E5M2: ELEMENT.float8e5m2,
} as const;

/** Where a weight's bytes are: a range of a file, given relative to the model's folder. */
export interface WeightLocation {
  readonly dtype: keyof typeof STORED_TYPES;
  readonly location: string;
  readonly offset: number;
  readonly length: number;
  /** The bytes hold the transpose of the matrix that the network has. */
  readonly transposed?: boolean;
}

/** Finds where a weight is stored. */
export type Locate = (parameter: Parameter) => WeightLocation;

/** First version with LayerNormalization as one operator. */
const OPSET = 17;
/** First version with casts from 8-bit floats. */
const OPSET_OF_FLOAT8 = 19;

/**
 * A module of the network whose nodes are being written. Weights are named as state dicts name them, so that whatever
 * reads exported graphs reads these too.
 */
export interface Scope extends NodeWriter {
  /** The scope of a child module; its name may have an index, as in `to_out.0`. */
  module(name: string): Scope;
  /** A weight of this module, read as float32. `dims` is its shape in the graph, where that is not PyTorch's. */
  parameter(part: string, shape: readonly number[], dims?: readonly number[]): Value;
}

export interface GraphBuilder {
  /** The network's outermost module. */
  readonly root: Scope;
  input(name: string, type: keyof typeof ELEMENT, dims: readonly (number | string)[]): Value;
  /** Gives a value out under that name. */
  output(name: string, value: Value, dims: readonly (number | string)[]): void;
  /** The encoded ModelProto. */
  bytes(): Uint8Array;
}

/** Starts an empty graph whose weights are where `locate` says. */
export function createGraph(locate: Locate): GraphBuilder {
  const graph = createGraphWriter();
  const parameters = new Set<string>();
  let opset = OPSET;
  const scopeAt = (path: readonly string[]): Scope => {
    const nodes = graph.at(path);
    return {
      ...nodes,
      module: (name) => scopeAt([...path, name]),
      parameter(part, shape, dims = shape) {
        const name = [...path, part].join('.');
        if (parameters.has(name)) throw new Error(`${name} is used twice`);
        parameters.add(name);
        const { dtype, location, offset, length, transposed } = locate({ name, shape });
        if (dtype.startsWith('F8')) opset = OPSET_OF_FLOAT8;
        const stored = transposed ? [...dims].reverse() : dims;
        const type = STORED_TYPES[dtype];
        const tensor = encode.externalTensor(name, type, stored, location, offset, length);
        let value = graph.addInitializer(name, tensor);
        if (dtype !== 'F32') value = nodes.op('Cast', [value], encode.intAttribute('to', ELEMENT.float));
        return transposed ? nodes.op('Transpose', [value], encode.intsAttribute('perm', [1, 0])) : value;
      },
    };
  };
  return {
    root: scopeAt([]),
    input: (name, type, dims) => graph.addInput(name, ELEMENT[type], dims),
    output(name, value, dims) {
      const copy = graph.at(['outputs']).op('Identity', [value]);
      graph.addOutput(copy, ELEMENT.float, dims, name);
    },
    bytes: () => graph.bytes(opset),
  };
}
