import { encode } from '../../formats/onnx/index';
import {
  createConstants,
  createNames,
  createNodeWriter,
  type NodeWriter,
  type PlannedNode,
  RUNTIME_DOMAIN,
  type Value,
} from './nodes';

/** A graph that is written from nothing. */
export interface GraphWriter {
  /** Writes nodes whose names begin with the steps of `path`. */
  at(path: readonly string[]): NodeWriter;
  /** A graph input. A string dimension is symbolic. */
  addInput(name: string, elementType: number, dims: readonly (number | string)[]): Value;
  /** An initializer from its TensorProto, which has that name. */
  addInitializer(name: string, tensor: Uint8Array): Value;
  /** Gives a node's output out; it takes the name, if one is given. */
  addOutput(value: Value, elementType: number, dims: readonly (number | string)[], name?: string): void;
  /** The encoded ModelProto, for a version of the standard's operators. */
  bytes(opset: number): Uint8Array;
}

/** Starts an empty graph. */
export function createGraphWriter(): GraphWriter {
  const names = createNames();
  const nodes: PlannedNode[] = [];
  const initializers: Uint8Array[] = [];
  const constants = createConstants(names, 'constant_', (tensor) => initializers.push(tensor));
  const inputs: Uint8Array[] = [];
  const outputs: Uint8Array[] = [];
  return {
    at: (path) => createNodeWriter(names, constants, path, nodes),
    addInput(name, elementType, dims) {
      inputs.push(encode.valueInfo(name, elementType, dims));
      return { name };
    },
    addInitializer(name, tensor) {
      initializers.push(tensor);
      return { name };
    },
    addOutput(value, elementType, dims, name) {
      if (name !== undefined) (value as { name: string }).name = name;
      outputs.push(encode.valueInfo(value.name, elementType, dims));
    },
    bytes: (opset) =>
      encode.model({
        nodes: nodes.map((node) => node.encode()),
        initializers,
        inputs,
        outputs,
        opset,
        domains: { [RUNTIME_DOMAIN]: 1 },
      }),
  };
}
