import { ELEMENT, encode } from '../../formats/onnx/index';

/** An int64 vector as an initializer: for shapes, axes and the like. */
export function shapeTensor(name: string, dims: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(BigInt64Array.from(dims, BigInt).buffer);
  return encode.tensor(name, ELEMENT.int64, [dims.length], bytes);
}
