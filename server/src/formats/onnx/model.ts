import { failure, type Result, success } from '../../shared/problem';
import {
  ATTRIBUTE,
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
import { BYTES, type ByteSource, Cursor, type Field, WireError } from './wire';

/** Element types of TensorProto.DataType that this project meets. */
export const ELEMENT = {
  float: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  double: 11,
  bfloat16: 16,
  float8e4m3fn: 17,
  float8e5m2: 19,
  uint4: 21,
  int4: 22,
} as const;

/** Where a tensor's bytes are. `inline` and `typed` are ranges of the model file itself. */
export type TensorData =
  | { readonly kind: 'inline'; readonly offset: number; readonly length: number }
  | {
      readonly kind: 'external';
      readonly location: string;
      readonly offset: number;
      readonly length?: number;
    }
  /** `float_data`, `int64_data` and the like: one packed or several single fields. */
  | { readonly kind: 'typed'; readonly field: number; readonly ranges: readonly Field[] };

export interface OnnxTensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly dataType: number;
  readonly data: TensorData;
  readonly metadata: Readonly<Record<string, string>>;
  /** Range of the TensorProto's own bytes, without tag and length. */
  readonly start: number;
  readonly end: number;
}

export interface OnnxAttribute {
  readonly name: string;
  readonly int?: number;
  readonly float?: number;
  readonly ints?: readonly number[];
  readonly tensor?: OnnxTensor;
  /** The field in the node, for copying the attribute as it is. */
  readonly field: Field;
}

export interface OnnxNode {
  readonly name: string;
  readonly opType: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: readonly OnnxAttribute[];
  readonly metadata: Readonly<Record<string, string>>;
  /** The field in the graph: tag, length and NodeProto. */
  readonly field: Field;
}

export interface OnnxValue {
  readonly name: string;
  readonly elementType: number;
  /** A number, a symbolic name, or undefined where the file says nothing. */
  readonly dims?: readonly (number | string | undefined)[];
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * What this project reads of a ModelProto: the main graph, without the weights' bytes. Subgraphs, functions, sparse
 * initializers and string attributes are not indexed; they are copied as they are.
 */
export interface OnnxModel {
  readonly source: ByteSource;
  readonly producer: string;
  /** Domain (`''` is ai.onnx) to version. */
  readonly opsets: ReadonlyMap<string, number>;
  /** The graph's field in the model. */
  readonly graph: Field;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: ReadonlyMap<string, OnnxTensor>;
  /** Field of each initializer in the graph, tag included. */
  readonly initializerFields: ReadonlyMap<string, Field>;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly values: ReadonlyMap<string, OnnxValue>;
}

/**
 * Indexes an ONNX file by positional reads; weights are skipped, so the cost is that of the graph.
 * Fails with `onnx-unreadable`.
 */
export function readModel(source: ByteSource): Result<OnnxModel> {
  try {
    return success(indexModel(new Cursor(source), source));
  } catch (error) {
    if (!(error instanceof WireError) && !(error instanceof RangeError)) throw error;
    return failure(
      'onnx-unreadable',
      `The file is not a readable ONNX model: ${error.message}.`,
      'Export or download the model again.',
    );
  }
}

function indexModel(cursor: Cursor, source: ByteSource): OnnxModel {
  let producer = '';
  let graph: Field | undefined;
  const opsets = new Map<string, number>();
  for (const field of cursor.fields(0, source.size)) {
    if (field.number === MODEL.producerName) producer = cursor.text(field.valueStart, field.end);
    else if (field.number === MODEL.opsetImport) readOpset(cursor, field, opsets);
    else if (field.number === MODEL.graph) {
      if (graph) throw new WireError('it holds two graphs');
      graph = field;
    }
  }
  if (!graph || graph.wireType !== BYTES) throw new WireError('it holds no graph');
  const nodes: OnnxNode[] = [];
  const initializers = new Map<string, OnnxTensor>();
  const initializerFields = new Map<string, Field>();
  const inputs: OnnxValue[] = [];
  const outputs: OnnxValue[] = [];
  const values = new Map<string, OnnxValue>();
  for (const field of cursor.fields(graph.valueStart, graph.end)) {
    if (field.number === GRAPH.node) nodes.push(readNode(cursor, field));
    else if (field.number === GRAPH.initializer) {
      const tensor = readTensor(cursor, field.valueStart, field.end);
      initializers.set(tensor.name, tensor);
      initializerFields.set(tensor.name, field);
    } else if (field.number === GRAPH.input) inputs.push(readValue(cursor, field));
    else if (field.number === GRAPH.output) outputs.push(readValue(cursor, field));
    else if (field.number === GRAPH.valueInfo) {
      const value = readValue(cursor, field);
      values.set(value.name, value);
    }
  }
  return { source, producer, opsets, graph, nodes, initializers, initializerFields, inputs, outputs, values };
}

function readOpset(cursor: Cursor, field: Field, opsets: Map<string, number>): void {
  let domain = '';
  let version = 0;
  for (const part of cursor.fields(field.valueStart, field.end)) {
    if (part.number === OPSET.domain) domain = cursor.text(part.valueStart, part.end);
    else if (part.number === OPSET.version) version = cursor.varint(part.valueStart).value;
  }
  opsets.set(domain === 'ai.onnx' ? '' : domain, version);
}

function readNode(cursor: Cursor, field: Field): OnnxNode {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes: OnnxAttribute[] = [];
  const metadata: Record<string, string> = {};
  let name = '';
  let opType = '';
  let domain = '';
  for (const part of cursor.fields(field.valueStart, field.end)) {
    const text = () => cursor.text(part.valueStart, part.end);
    if (part.number === NODE.input) inputs.push(text());
    else if (part.number === NODE.output) outputs.push(text());
    else if (part.number === NODE.name) name = text();
    else if (part.number === NODE.opType) opType = text();
    else if (part.number === NODE.attribute) attributes.push(readAttribute(cursor, part));
    else if (part.number === NODE.domain) domain = text();
    else if (part.number === NODE.metadata) readEntry(cursor, part, metadata);
  }
  return {
    name,
    opType,
    domain: domain === 'ai.onnx' ? '' : domain,
    inputs,
    outputs,
    attributes,
    metadata,
    field,
  };
}

function readAttribute(cursor: Cursor, field: Field): OnnxAttribute {
  let name = '';
  let int: number | undefined;
  let float: number | undefined;
  let tensor: OnnxTensor | undefined;
  const ints: number[] = [];
  for (const part of cursor.fields(field.valueStart, field.end)) {
    if (part.number === ATTRIBUTE.name) name = cursor.text(part.valueStart, part.end);
    else if (part.number === ATTRIBUTE.float)
      float = new DataView(cursor.bytes(part.valueStart, part.end).buffer).getFloat32(0, true);
    else if (part.number === ATTRIBUTE.int) int = cursor.varint(part.valueStart).value;
    else if (part.number === ATTRIBUTE.tensor) tensor = readTensor(cursor, part.valueStart, part.end);
    else if (part.number === ATTRIBUTE.ints) ints.push(...readVarints(cursor, part));
  }
  return { name, int, float, tensor, ints: ints.length > 0 ? ints : undefined, field };
}

function readVarints(cursor: Cursor, field: Field): number[] {
  if (field.wireType !== BYTES) return [cursor.varint(field.valueStart).value];
  const values: number[] = [];
  for (let at = field.valueStart; at < field.end; ) {
    const { value, end } = cursor.varint(at);
    values.push(value);
    at = end;
  }
  return values;
}

/** Fields that hold a tensor's numbers other than as raw bytes. */
const TYPED_DATA: ReadonlySet<number> = new Set([
  ...[TENSOR.floatData, TENSOR.doubleData],
  ...[TENSOR.int32Data, TENSOR.int64Data, TENSOR.uint64Data],
]);

function readTensor(cursor: Cursor, start: number, end: number): OnnxTensor {
  const dims: number[] = [];
  const typed: Field[] = [];
  const external: Record<string, string> = {};
  const metadata: Record<string, string> = {};
  let dataType = 0;
  let name = '';
  let raw: Field | undefined;
  let isExternal = false;
  for (const part of cursor.fields(start, end)) {
    if (part.number === TENSOR.dims) dims.push(...readVarints(cursor, part));
    else if (part.number === TENSOR.dataType) dataType = cursor.varint(part.valueStart).value;
    else if (part.number === TENSOR.name) name = cursor.text(part.valueStart, part.end);
    else if (part.number === TENSOR.rawData) raw = part;
    else if (part.number === TENSOR.externalData) readEntry(cursor, part, external);
    else if (part.number === TENSOR.dataLocation)
      isExternal = cursor.varint(part.valueStart).value === DATA_LOCATION.external;
    else if (part.number === TENSOR.metadata) readEntry(cursor, part, metadata);
    else if (TYPED_DATA.has(part.number)) typed.push(part);
  }
  let data: TensorData;
  if (isExternal) {
    const length = external.length === undefined ? undefined : Number(external.length);
    data = {
      kind: 'external',
      location: external.location ?? '',
      offset: Number(external.offset ?? 0),
      length,
    };
  } else if (raw) data = { kind: 'inline', offset: raw.valueStart, length: raw.end - raw.valueStart };
  else data = { kind: 'typed', field: typed[0]?.number ?? 0, ranges: typed };
  return { name, dims, dataType, data, metadata, start, end };
}

function readEntry(cursor: Cursor, field: Field, into: Record<string, string>): void {
  let key = '';
  let value = '';
  for (const part of cursor.fields(field.valueStart, field.end)) {
    if (part.number === ENTRY.key) key = cursor.text(part.valueStart, part.end);
    else if (part.number === ENTRY.value) value = cursor.text(part.valueStart, part.end);
  }
  Object.defineProperty(into, key, { value, enumerable: true, configurable: true, writable: true });
}

function readValue(cursor: Cursor, field: Field): OnnxValue {
  let name = '';
  let elementType = 0;
  let dims: (number | string | undefined)[] | undefined;
  const metadata: Record<string, string> = {};
  for (const part of cursor.fields(field.valueStart, field.end)) {
    if (part.number === VALUE_INFO.name) name = cursor.text(part.valueStart, part.end);
    else if (part.number === VALUE_INFO.metadata) readEntry(cursor, part, metadata);
    else if (part.number === VALUE_INFO.type) {
      for (const type of cursor.fields(part.valueStart, part.end)) {
        if (type.number !== TYPE.tensor) continue;
        for (const tensor of cursor.fields(type.valueStart, type.end)) {
          if (tensor.number === TENSOR_TYPE.elementType) elementType = cursor.varint(tensor.valueStart).value;
          else if (tensor.number === TENSOR_TYPE.shape) dims = readShape(cursor, tensor);
        }
      }
    }
  }
  return { name, elementType, dims, metadata };
}

function readShape(cursor: Cursor, field: Field): (number | string | undefined)[] {
  const dims: (number | string | undefined)[] = [];
  for (const dim of cursor.fields(field.valueStart, field.end)) {
    if (dim.number !== SHAPE.dim) continue;
    let size: number | string | undefined;
    for (const part of cursor.fields(dim.valueStart, dim.end)) {
      if (part.number === DIMENSION.value) size = cursor.varint(part.valueStart).value;
      else if (part.number === DIMENSION.symbol) size = cursor.text(part.valueStart, part.end);
    }
    dims.push(size);
  }
  return dims;
}
