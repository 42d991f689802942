import { open } from 'node:fs/promises';
import path from 'node:path';
import { CONVERTIBLE, decodeInto } from '../../../formats/elements';
import type { OnnxTensor } from '../../../formats/onnx/index';
import { STORED_TYPES } from '../../graph/builder';
import type { ModelFile } from '../../graph/modelFile';
import { sizeOf } from '../../lora/tensor';

/** Bytes that are read and decoded at a time: a millisecond or two of work. */
const PIECE_BYTES = 2 ** 21;

/** Buffers that nobody uses just now. Models have hundreds of weights, and new memory for each costs as much as reading it. */
const spare: Uint8Array[] = [];

/** Names of the types weights are stored in, by ONNX element type. */
const DTYPES = new Map<number, string>(Object.entries(STORED_TYPES).map(([name, type]) => [type, name]));

/**
 * The numbers of a stored tensor, in stored order, piece by piece. A piece is overwritten by the next one. While a piece
 * is looked at, the next one is being read. Throws what reading throws.
 */
export async function* piecesOf(
  file: ModelFile,
  tensor: OnnxTensor,
): AsyncGenerator<Float32Array | Float64Array> {
  const { data } = tensor;
  const dtype = DTYPES.get(tensor.dataType);
  if (dtype === undefined || data.kind === 'typed') {
    yield file.values(tensor);
    return;
  }
  const width = CONVERTIBLE[dtype]!;
  const end = data.offset + width * sizeOf(tensor.dims);
  let numbers: Float32Array | Float64Array | undefined;
  const decode = (bytes: Uint8Array) => {
    const count = bytes.length / width;
    // Most models: nothing to decode, and so nothing to copy.
    if (dtype === 'F32' && bytes.byteOffset % width === 0)
      return new Float32Array(bytes.buffer, bytes.byteOffset, count);
    numbers ??= new (dtype === 'F64' ? Float64Array : Float32Array)(PIECE_BYTES / width);
    const piece = numbers.subarray(0, count);
    decodeInto(piece, bytes, dtype);
    return piece;
  };
  if (data.kind === 'inline') {
    for (let at = data.offset; at < end; at += PIECE_BYTES)
      yield decode(file.model.source.read(at, Math.min(PIECE_BYTES, end - at)));
    return;
  }
  const name = path.join(file.folder, data.location);
  const handle = await open(name, 'r');
  const read = async (at: number, into: Uint8Array): Promise<Uint8Array> => {
    const wanted = Math.max(0, Math.min(into.length, end - at));
    for (let done = 0; done < wanted; ) {
      const { bytesRead } = await handle.read(into, done, wanted - done, at + done);
      if (bytesRead === 0) throw new RangeError(`${name} ends at ${at + done}`);
      done += bytesRead;
    }
    return into.subarray(0, wanted);
  };
  const buffers = [0, 1].map(() => spare.pop() ?? new Uint8Array(PIECE_BYTES));
  let next = read(data.offset, buffers[0]!);
  try {
    for (let at = data.offset, turn = 1; at < end; at += PIECE_BYTES, turn ^= 1) {
      const bytes = await next;
      next = read(at + PIECE_BYTES, buffers[turn]!);
      // The next call that takes a piece gets the failure.
      next.catch(() => undefined);
      yield decode(bytes);
    }
  } finally {
    // Nothing may still be read from a file that is closed.
    await next.catch(() => undefined);
    await handle.close();
    if (spare.length < buffers.length) spare.push(...buffers);
  }
}
