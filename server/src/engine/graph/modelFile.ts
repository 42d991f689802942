import { closeSync, openSync } from 'node:fs';
import path from 'node:path';
import { decodeInto } from '../../formats/elements';
import {
  type ByteSource,
  ELEMENT,
  encode,
  externalLocations,
  findSlots,
  memorySource,
  type OnnxModel,
  type OnnxTensor,
  readModel,
  TENSOR,
  type WeightSlot,
} from '../../formats/onnx/index';
import { failure, type Result, success } from '../../shared/problem';
import { fileSource } from '../files/fileSource';

/** The path of an ONNX file, or a graph that was made here. */
export type GraphSource = string | MadeGraph;

/** A graph in memory. Its weights are ranges of files in `folder`, which need not be ONNX's own. */
export interface MadeGraph {
  /** What to call it in messages. */
  readonly name: string;
  readonly folder: string;
  readonly bytes: Uint8Array;
}

/** An ONNX file on disk, or a graph made here, indexed; its weights are read one by one when somebody asks, or mapped by the runtime. */
export interface ModelFile {
  /** Path of the file, or the name of a graph that was made here. */
  readonly path: string;
  /** What the runtime opens: the path, or the bytes of a graph that was made here. */
  readonly source: string | Uint8Array;
  readonly folder: string;
  readonly model: OnnxModel;
  readonly slots: readonly WeightSlot[];
  /** The tensor's numbers, in stored order. */
  values(tensor: OnnxTensor): Float64Array;
  /** Some of the tensor's numbers, from `from` on, in stored order. */
  copyPart(tensor: OnnxTensor, from: number, into: Float64Array): void;
  /** A TensorProto of the given name and dimensions that refers to the same bytes on disk. */
  reference(tensor: OnnxTensor, name: string, dims: readonly number[]): Uint8Array;
  close(): void;
}

const DTYPE_NAMES: Readonly<Record<number, string>> = {
  [ELEMENT.float]: 'F32',
  [ELEMENT.double]: 'F64',
  [ELEMENT.float16]: 'F16',
  [ELEMENT.bfloat16]: 'BF16',
  [ELEMENT.float8e4m3fn]: 'F8_E4M3',
  [ELEMENT.float8e5m2]: 'F8_E5M2',
};
const ELEMENT_BYTES: Readonly<Record<number, number>> = {
  [ELEMENT.float]: 4,
  [ELEMENT.double]: 8,
  [ELEMENT.float16]: 2,
  [ELEMENT.bfloat16]: 2,
};

/**
 * Opens and indexes a graph. Fails with `model-missing`, `onnx-unreadable` or `model-external-data` (a weight file
 * outside the model's folder: such a path is refused before any session sees it).
 */
export function openModelFile(graph: GraphSource): Result<ModelFile> {
  const isMade = typeof graph !== 'string';
  const folder = isMade ? graph.folder : path.dirname(graph);
  const name = isMade ? graph.name : path.basename(graph);
  const descriptors = new Map<string, number>();
  const close = () => {
    for (const open of descriptors.values()) closeSync(open);
    descriptors.clear();
  };
  let bytes: ByteSource;
  if (isMade) bytes = memorySource(graph.bytes);
  else {
    try {
      const descriptor = openSync(graph, 'r');
      descriptors.set(name, descriptor);
      bytes = fileSource(descriptor);
    } catch (error) {
      return failure(
        'model-missing',
        `The model file ${graph} cannot be opened (${(error as NodeJS.ErrnoException).code}).`,
        'Choose a folder with a complete ONNX model.',
      );
    }
  }
  const read = readModel(bytes);
  if (!read.ok) {
    close();
    return read;
  }
  const model = read.value;
  const locations = externalLocations(bytes);
  if (!locations.ok) {
    close();
    return locations;
  }
  const outside = locationOutside(locations.value, folder);
  if (outside !== undefined) {
    close();
    return failure(
      'model-external-data',
      `${name} wants weights from "${outside}", which is not inside its folder.`,
      'Do not use this model, or put its weight files beside it.',
    );
  }
  const sourceOf = (location: string): ByteSource => {
    let open = descriptors.get(location);
    if (open === undefined) {
      open = openSync(path.join(folder, location), 'r');
      descriptors.set(location, open);
    }
    return fileSource(open);
  };
  const bytesOf = (tensor: OnnxTensor): Uint8Array => {
    const { data } = tensor;
    const size = tensor.dims.reduce((a, b) => a * b, 1) * (ELEMENT_BYTES[tensor.dataType] ?? 1);
    if (data.kind === 'inline') return model.source.read(data.offset, data.length);
    if (data.kind === 'external') return sourceOf(data.location).read(data.offset, data.length ?? size);
    return typedBytes(model.source, data.ranges, size);
  };
  return success({
    path: isMade ? graph.name : graph,
    source: isMade ? graph.bytes : graph,
    folder,
    model,
    slots: findSlots(model),
    values(tensor) {
      const values = new Float64Array(tensor.dims.reduce((a, b) => a * b, 1));
      decodeInto(values, bytesOf(tensor), DTYPE_NAMES[tensor.dataType]!);
      return values;
    },
    copyPart(tensor, from, into) {
      const { data } = tensor;
      const size = ELEMENT_BYTES[tensor.dataType] ?? 1;
      const source = data.kind === 'external' ? sourceOf(data.location) : model.source;
      const bytes =
        data.kind === 'typed'
          ? bytesOf(tensor).subarray(from * size, (from + into.length) * size)
          : source.read(data.offset + from * size, into.length * size);
      decodeInto(into, bytes, DTYPE_NAMES[tensor.dataType]!);
    },
    reference(tensor, as, dims) {
      const { data } = tensor;
      // Types this program does not compute with are referred to as well: their length is the stored one.
      const stored = data.kind === 'typed' ? undefined : data.length;
      const size = stored ?? dims.reduce((a, b) => a * b, 1) * (ELEMENT_BYTES[tensor.dataType] ?? 1);
      const isInside = data.kind === 'typed' || (isMade && data.kind === 'inline');
      if (isInside) return encode.tensor(as, tensor.dataType, dims, bytesOf(tensor));
      const location = data.kind === 'external' ? data.location : name;
      return encode.externalTensor(as, tensor.dataType, dims, location, data.offset, size);
    },
    close,
  });
}

/** The first location of external data that is not inside the model's folder. */
function locationOutside(locations: Iterable<string>, folder: string): string | undefined {
  for (const location of locations) {
    const relative = path.relative(folder, path.resolve(folder, location));
    const isInside = relative !== '' && !relative.startsWith('..') && !path.isAbsolute(relative);
    if (!isInside || path.isAbsolute(location) || location.includes('\0')) return location;
  }
  return undefined;
}

/** The packed little-endian bytes of `float_data` or `double_data`; half floats are stored as varints in `int32_data`. */
function typedBytes(
  source: ByteSource,
  ranges: readonly { number: number; valueStart: number; end: number }[],
  size: number,
): Uint8Array {
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const range of ranges) {
    const part = source.read(range.valueStart, range.end - range.valueStart);
    if (range.number !== TENSOR.int32Data) {
      bytes.set(part.subarray(0, size - at), at);
      at += part.length;
      continue;
    }
    for (let i = 0; i < part.length && at + 1 < size; at += 2) {
      let value = 0;
      for (let shift = 0; i < part.length; shift += 7) {
        const byte = part[i++]!;
        value |= (byte & 0x7f) << shift;
        if (byte < 0x80) break;
      }
      bytes[at] = value & 0xff;
      bytes[at + 1] = (value >> 8) & 0xff;
    }
  }
  return bytes;
}
