import { bytesField, concatBytes, varintBytes, varintField } from './wire';

/** Bodies of ONNX messages, encoded. Each function gives the message without the tag of the field that holds it. */

/** NodeProto. */
export function node(
  opType: string,
  inputs: readonly string[],
  outputs: readonly string[],
  name: string,
  attributes: readonly Uint8Array[] = [],
  domain = '',
): Uint8Array {
  return concatBytes([
    ...inputs.map((input) => bytesField(1, input)),
    ...outputs.map((output) => bytesField(2, output)),
    bytesField(3, name),
    bytesField(4, opType),
    ...attributes.map((attribute) => bytesField(5, attribute)),
    ...(domain ? [bytesField(7, domain)] : []),
  ]);
}

/** AttributeProto holding one integer. */
export function intAttribute(name: string, value: number): Uint8Array {
  return concatBytes([bytesField(1, name), varintField(3, value), varintField(20, 2)]);
}

/** AttributeProto holding integers. */
export function intsAttribute(name: string, values: readonly number[]): Uint8Array {
  return concatBytes([
    bytesField(1, name),
    ...values.map((value) => varintField(8, value)),
    varintField(20, 7),
  ]);
}

/** AttributeProto holding one float. */
export function floatAttribute(name: string, value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return concatBytes([bytesField(1, name), varintBytes(2 * 8 + 5), bytes, varintField(20, 1)]);
}

/** AttributeProto holding text. */
export function stringAttribute(name: string, value: string): Uint8Array {
  return concatBytes([bytesField(1, name), bytesField(4, value), varintField(20, 3)]);
}

/** AttributeProto holding a graph: a branch of an `If`. Its nodes may read every value of the graph around it. */
export function graphAttribute(
  name: string,
  nodes: readonly Uint8Array[],
  outputs: readonly string[],
): Uint8Array {
  const graph = concatBytes([
    ...nodes.map((part) => bytesField(1, part)),
    bytesField(2, name),
    ...outputs.map((output) => bytesField(12, untypedValue(output))),
  ]);
  return concatBytes([bytesField(1, name), bytesField(6, graph), varintField(20, 5)]);
}

/** ValueInfoProto of a tensor. A string dimension is symbolic. */
export function valueInfo(name: string, elementType: number, dims: readonly (number | string)[]): Uint8Array {
  const shape = dims.map((dim) =>
    bytesField(1, typeof dim === 'number' ? varintField(1, dim) : bytesField(2, dim)),
  );
  const tensor = concatBytes([varintField(1, elementType), bytesField(2, concatBytes(shape))]);
  return concatBytes([bytesField(1, name), bytesField(2, bytesField(1, tensor))]);
}

/** ValueInfoProto of a value whose type and shape the runtime is to find out. */
export function untypedValue(name: string): Uint8Array {
  return bytesField(1, name);
}

/** TensorProto whose bytes are inside. */
export function tensor(
  name: string,
  elementType: number,
  dims: readonly number[],
  raw: Uint8Array,
): Uint8Array {
  return concatBytes([...tensorHead(name, elementType, dims), bytesField(9, raw)]);
}

/** TensorProto whose bytes are a range of a file beside the model. */
export function externalTensor(
  name: string,
  elementType: number,
  dims: readonly number[],
  location: string,
  offset: number,
  length: number,
): Uint8Array {
  const entry = (key: string, value: string) =>
    bytesField(13, concatBytes([bytesField(1, key), bytesField(2, value)]));
  return concatBytes([
    ...tensorHead(name, elementType, dims),
    entry('location', location),
    entry('offset', String(offset)),
    entry('length', String(length)),
    varintField(14, 1),
  ]);
}

function tensorHead(name: string, elementType: number, dims: readonly number[]): Uint8Array[] {
  return [...dims.map((dim) => varintField(1, dim)), varintField(2, elementType), bytesField(8, name)];
}

/** A whole ModelProto from encoded parts. */
export function model(parts: {
  readonly nodes: readonly Uint8Array[];
  readonly initializers: readonly Uint8Array[];
  readonly inputs: readonly Uint8Array[];
  readonly outputs: readonly Uint8Array[];
  readonly opset: number;
  /** Versions of operator sets besides ai.onnx, by domain. */
  readonly domains?: Readonly<Record<string, number>>;
}): Uint8Array {
  const graph = concatBytes([
    ...parts.nodes.map((part) => bytesField(1, part)),
    bytesField(2, 'sdprompt'),
    ...parts.initializers.map((part) => bytesField(5, part)),
    ...parts.inputs.map((part) => bytesField(11, part)),
    ...parts.outputs.map((part) => bytesField(12, part)),
  ]);
  const opsets = Object.entries({ '': parts.opset, ...parts.domains }).map(([domain, version]) =>
    bytesField(8, concatBytes([bytesField(1, domain), varintField(2, version)])),
  );
  return concatBytes([varintField(1, 8), bytesField(2, 'sdprompt'), bytesField(7, graph), ...opsets]);
}
