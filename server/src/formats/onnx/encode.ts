import {
  ATTRIBUTE,
  ATTRIBUTE_TYPE,
  DATA_LOCATION,
  DIMENSION,
  ENTRY,
  GRAPH,
  MODEL,
  NODE,
  OPSET,
  SHAPE,
  TENSOR,
  TENSOR_TYPE,
  TYPE,
  VALUE_INFO,
} from './schema';
import { bytesField, concatBytes, floatField, varintField } from './wire';

/** Bodies of ONNX messages, encoded. Each function gives the message without the tag of the field that holds it. */

/** Version of the format that written models declare: that of ONNX 1.10 to 1.12. */
const IR_VERSION = 8;

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
    ...inputs.map((input) => bytesField(NODE.input, input)),
    ...outputs.map((output) => bytesField(NODE.output, output)),
    bytesField(NODE.name, name),
    bytesField(NODE.opType, opType),
    ...attributes.map((attribute) => bytesField(NODE.attribute, attribute)),
    ...(domain ? [bytesField(NODE.domain, domain)] : []),
  ]);
}

function attribute(name: string, type: number, ...value: readonly Uint8Array[]): Uint8Array {
  return concatBytes([bytesField(ATTRIBUTE.name, name), ...value, varintField(ATTRIBUTE.type, type)]);
}

/** AttributeProto holding one integer. */
export function intAttribute(name: string, value: number): Uint8Array {
  return attribute(name, ATTRIBUTE_TYPE.int, varintField(ATTRIBUTE.int, value));
}

/** AttributeProto holding integers. */
export function intsAttribute(name: string, values: readonly number[]): Uint8Array {
  return attribute(name, ATTRIBUTE_TYPE.ints, ...values.map((value) => varintField(ATTRIBUTE.ints, value)));
}

/** AttributeProto holding one float. */
export function floatAttribute(name: string, value: number): Uint8Array {
  return attribute(name, ATTRIBUTE_TYPE.float, floatField(ATTRIBUTE.float, value));
}

/** AttributeProto holding text. */
export function stringAttribute(name: string, value: string): Uint8Array {
  return attribute(name, ATTRIBUTE_TYPE.string, bytesField(ATTRIBUTE.string, value));
}

/** AttributeProto holding a graph: a branch of an `If`. Its nodes may read every value of the graph around it. */
export function graphAttribute(
  name: string,
  nodes: readonly Uint8Array[],
  outputs: readonly string[],
): Uint8Array {
  const graph = concatBytes([
    ...nodes.map((part) => bytesField(GRAPH.node, part)),
    bytesField(GRAPH.name, name),
    ...outputs.map((output) => bytesField(GRAPH.output, untypedValue(output))),
  ]);
  return attribute(name, ATTRIBUTE_TYPE.graph, bytesField(ATTRIBUTE.graph, graph));
}

/** ValueInfoProto of a tensor. A string dimension is symbolic. */
export function valueInfo(name: string, elementType: number, dims: readonly (number | string)[]): Uint8Array {
  const shape = dims.map((dim) =>
    bytesField(
      SHAPE.dim,
      typeof dim === 'number' ? varintField(DIMENSION.value, dim) : bytesField(DIMENSION.symbol, dim),
    ),
  );
  const tensor = concatBytes([
    varintField(TENSOR_TYPE.elementType, elementType),
    bytesField(TENSOR_TYPE.shape, concatBytes(shape)),
  ]);
  return concatBytes([
    bytesField(VALUE_INFO.name, name),
    bytesField(VALUE_INFO.type, bytesField(TYPE.tensor, tensor)),
  ]);
}

/** ValueInfoProto of a value whose type and shape the runtime is to find out. */
export function untypedValue(name: string): Uint8Array {
  return bytesField(VALUE_INFO.name, name);
}

/** TensorProto whose bytes are inside. */
export function tensor(
  name: string,
  elementType: number,
  dims: readonly number[],
  raw: Uint8Array,
): Uint8Array {
  return concatBytes([...tensorHead(name, elementType, dims), bytesField(TENSOR.rawData, raw)]);
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
    bytesField(
      TENSOR.externalData,
      concatBytes([bytesField(ENTRY.key, key), bytesField(ENTRY.value, value)]),
    );
  return concatBytes([
    ...tensorHead(name, elementType, dims),
    entry('location', location),
    entry('offset', String(offset)),
    entry('length', String(length)),
    varintField(TENSOR.dataLocation, DATA_LOCATION.external),
  ]);
}

function tensorHead(name: string, elementType: number, dims: readonly number[]): Uint8Array[] {
  return [
    ...dims.map((dim) => varintField(TENSOR.dims, dim)),
    varintField(TENSOR.dataType, elementType),
    bytesField(TENSOR.name, name),
  ];
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
    ...parts.nodes.map((part) => bytesField(GRAPH.node, part)),
    bytesField(GRAPH.name, 'sdprompt'),
    ...parts.initializers.map((part) => bytesField(GRAPH.initializer, part)),
    ...parts.inputs.map((part) => bytesField(GRAPH.input, part)),
    ...parts.outputs.map((part) => bytesField(GRAPH.output, part)),
  ]);
  const opsets = Object.entries({ '': parts.opset, ...parts.domains }).map(([domain, version]) =>
    bytesField(
      MODEL.opsetImport,
      concatBytes([bytesField(OPSET.domain, domain), varintField(OPSET.version, version)]),
    ),
  );
  return concatBytes([
    varintField(MODEL.irVersion, IR_VERSION),
    bytesField(MODEL.producerName, 'sdprompt'),
    bytesField(MODEL.graph, graph),
    ...opsets,
  ]);
}
