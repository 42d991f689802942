/** Numbers of every dtype a network file may use, converted to float64 or float32. */

const F16 = table(65_536, decodeF16);
const F8_E4M3 = table(256, (bits) => decodeSmall(bits, 4, 3, 7));
const F8_E5M2 = table(256, decodeE5M2);

function table(size: number, decode: (bits: number) => number): Float32Array {
  return Float32Array.from({ length: size }, (_, bits) => decode(bits));
}

/** IEEE half precision. */
export function decodeF16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The "FN" flavour: no infinities, one NaN per sign. */
function decodeSmall(bits: number, exponentBits: number, fractionBits: number, bias: number): number {
  const sign = bits & 0x80 ? -1 : 1;
  const exponent = (bits >> fractionBits) & ((1 << exponentBits) - 1);
  const fraction = bits & ((1 << fractionBits) - 1);
  if ((bits & 0x7f) === 0x7f) return Number.NaN;
  if (exponent === 0) return (sign * fraction * 2 ** (1 - bias)) / (1 << fractionBits);
  return sign * (1 + fraction / (1 << fractionBits)) * 2 ** (exponent - bias);
}

/** Five exponent bits and two of fraction: the upper half of an IEEE half. */
function decodeE5M2(bits: number): number {
  return decodeF16(bits << 8);
}

/** Bytes of one element of the dtypes that can be converted. */
export const CONVERTIBLE: Readonly<Record<string, number>> = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  F8_E4M3: 1,
  F8_E5M2: 1,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
};

/** Decodes little-endian bytes into `out`. `dtype` must be a key of CONVERTIBLE. */
export function decodeInto(out: Float32Array | Float64Array, bytes: Uint8Array, dtype: string): void {
  const aligned = bytes.byteOffset % 8 === 0 ? bytes : new Uint8Array(bytes);
  const view = <T>(type: new (buffer: ArrayBufferLike, offset: number, length: number) => T): T =>
    new type(aligned.buffer, aligned.byteOffset, out.length);
  switch (dtype) {
    case 'F32':
      out.set(view(Float32Array));
      return;
    case 'F64':
      out.set(view(Float64Array));
      return;
    case 'F16':
      fill(out, view(Uint16Array), F16);
      return;
    case 'BF16': {
      const source = view(Uint16Array);
      const bits = new Uint32Array(1);
      const value = new Float32Array(bits.buffer);
      for (let i = 0; i < out.length; i++) {
        bits[0] = source[i]! << 16;
        out[i] = value[0]!;
      }
      return;
    }
    case 'F8_E4M3':
      fill(out, aligned, F8_E4M3);
      return;
    case 'F8_E5M2':
      fill(out, aligned, F8_E5M2);
      return;
    case 'I64':
      view(BigInt64Array).forEach((value, index) => {
        out[index] = Number(value);
      });
      return;
    case 'I32':
      out.set(view(Int32Array));
      return;
    case 'I16':
      out.set(view(Int16Array));
      return;
    case 'I8':
      out.set(view(Int8Array));
      return;
    default:
      out.set(aligned.subarray(0, out.length));
  }
}

function fill(out: Float32Array | Float64Array, source: ArrayLike<number>, values: Float32Array): void {
  for (let i = 0; i < out.length; i++) out[i] = values[source[i]!]!;
}

/** Half precision bits to numbers. */
export function halvesToFloats(bits: Uint16Array): Float32Array {
  const floats = new Float32Array(bits.length);
  fill(floats, bits, F16);
  return floats;
}

const HALF_SCRATCH = new Float32Array(1);
const HALF_BITS = new Uint32Array(HALF_SCRATCH.buffer);

/** float32 to half precision bits, to nearest, ties to even. */
export function encodeF16(value: number): number {
  HALF_SCRATCH[0] = value;
  const bits = HALF_BITS[0]!;
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  if (magnitude < 0x38800000) {
    // Subnormal: the value in units of 2^-24, rounded to even by adding and removing 2^23 · 1.5.
    const units = Math.abs(HALF_SCRATCH[0]) * 2 ** 24;
    const floor = Math.floor(units);
    const rest = units - floor;
    return sign | (rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor);
  }
  const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
  return sign | ((rounded - 0x38000000) >>> 13);
}
