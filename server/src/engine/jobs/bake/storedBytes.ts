import { encodeF16 } from '../../../formats/elements';
import { ELEMENT } from '../../../formats/onnx/index';

/** Bytes of an element by ONNX element type, for the types weights are stored in. */
export const STORED_BYTES: Readonly<Record<number, number>> = {
  [ELEMENT.float]: 4,
  [ELEMENT.double]: 8,
  [ELEMENT.float16]: 2,
  [ELEMENT.bfloat16]: 2,
};

/** Little-endian bytes of numbers as the element type stores them, rounded to nearest; undefined when one is not finite there. */
export function encodeElements(
  values: Float32Array | Float64Array,
  elementType: number,
): Uint8Array | undefined {
  let encoded: Float32Array | Float64Array | Uint16Array;
  if (elementType === ELEMENT.double) encoded = Float64Array.from(values);
  else if (elementType === ELEMENT.float)
    encoded = values instanceof Float32Array ? values : Float32Array.from(values);
  else {
    const encode = elementType === ELEMENT.float16 ? encodeF16 : encodeBf16;
    const infinite = elementType === ELEMENT.float16 ? 0x7c00 : 0x7f80;
    encoded = new Uint16Array(values.length);
    for (let i = 0; i < values.length; i++) {
      encoded[i] = encode(values[i]!);
      if ((encoded[i]! & infinite) === infinite) return undefined;
    }
    return new Uint8Array(encoded.buffer);
  }
  // A sum is not finite as soon as one term is not.
  let sum = 0;
  for (let i = 0; i < encoded.length; i++) sum += encoded[i]! * 0;
  if (sum !== 0) return undefined;
  return new Uint8Array(encoded.buffer, encoded.byteOffset, encoded.byteLength);
}

const SCRATCH = new Float32Array(1);
const BITS = new Uint32Array(SCRATCH.buffer);

/** float32 to bfloat16 bits, to nearest, ties to even. */
function encodeBf16(value: number): number {
  SCRATCH[0] = value;
  const bits = BITS[0]!;
  if ((bits & 0x7fffffff) > 0x7f800000) return 0x7fc0;
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff;
}
