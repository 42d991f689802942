/**
 * Field numbers of the ONNX messages that this project reads and writes, as `onnx.proto` (IR version 8) defines them.
 * Each table is one message; names are those of the definition, in camel case.
 */

export const MODEL = { irVersion: 1, producerName: 2, graph: 7, opsetImport: 8 } as const;

export const OPSET = { domain: 1, version: 2 } as const;

export const GRAPH = {
  node: 1,
  name: 2,
  initializer: 5,
  input: 11,
  output: 12,
  valueInfo: 13,
} as const;

export const NODE = {
  input: 1,
  output: 2,
  name: 3,
  opType: 4,
  attribute: 5,
  domain: 7,
  metadata: 9,
} as const;

export const ATTRIBUTE = {
  name: 1,
  float: 2,
  int: 3,
  string: 4,
  tensor: 5,
  graph: 6,
  ints: 8,
  type: 20,
} as const;

/** AttributeProto.AttributeType. */
export const ATTRIBUTE_TYPE = { float: 1, int: 2, string: 3, graph: 5, ints: 7 } as const;

export const TENSOR = {
  dims: 1,
  dataType: 2,
  floatData: 4,
  int32Data: 5,
  int64Data: 7,
  name: 8,
  rawData: 9,
  doubleData: 10,
  uint64Data: 11,
  externalData: 13,
  dataLocation: 14,
  metadata: 16,
} as const;

/** TensorProto.DataLocation. */
export const DATA_LOCATION = { inside: 0, external: 1 } as const;

export const VALUE_INFO = { name: 1, type: 2, metadata: 4 } as const;

export const TYPE = { tensor: 1 } as const;

export const TENSOR_TYPE = { elementType: 1, shape: 2 } as const;

export const SHAPE = { dim: 1 } as const;

export const DIMENSION = { value: 1, symbol: 2 } as const;

/** StringStringEntryProto. */
export const ENTRY = { key: 1, value: 2 } as const;
