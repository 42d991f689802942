import type { Result } from '../../../shared/problem';
import type { ByteSource } from '../../byteSource';
import { DTYPE_BITS } from '../dtypes';
import { headerLength, PREFIX_BYTES } from '../prefix';
import { guarded, Refusal } from '../refusal';
import { type RawTensor, readHeaderJson } from './grammar';

const MAX_UNSIGNED = 18_446_744_073_709_551_615n;

export interface SafetensorsTensor {
  readonly dtype: string;
  readonly shape: number[];
  /** Bytes from `dataStart`. */
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  /** `__metadata__`; empty when the file has none. */
  readonly metadata: Record<string, string>;
  readonly tensors: Map<string, SafetensorsTensor>;
  /** Offset in the file of the first tensor byte: 8 + header length. */
  readonly dataStart: number;
}

/**
 * Reads and checks a safetensors header by the rules of the reference reader 0.8.0. Reads `8 + N` bytes and never
 * more, looks at no tensor data, and trusts no length before the file's size allows it.
 *
 * Errors: one of the codes of `SAFETENSORS_RULES`.
 */
export function readHeader(source: ByteSource): Result<SafetensorsHeader> {
  const length = headerLength(source.read(0, Math.min(PREFIX_BYTES, source.size)), source.size);
  if (!length.ok) return length;
  return parseHeader(source.read(PREFIX_BYTES, length.value), source.size);
}

/** Checks the header's bytes (without the length before them) of a file of `fileSize` bytes. */
export function parseHeader(bytes: Uint8Array, fileSize: number): Result<SafetensorsHeader> {
  return guarded(() => {
    const dataStart = PREFIX_BYTES + bytes.length;
    if (dataStart > fileSize) {
      throw new Refusal(
        'safetensors-header-length',
        `the header ends at ${dataStart}, the file at ${fileSize}`,
      );
    }
    const { metadata, tensors } = readHeaderJson(decode(bytes));
    const end = checkTiling(tensors);
    if (dataStart + end !== fileSize) {
      throw new Refusal(
        'safetensors-incomplete',
        `the tensors end at byte ${dataStart + end} but the file has ${fileSize}`,
      );
    }
    return { metadata, tensors, dataStart };
  });
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Refusal('safetensors-utf8', 'the header is not valid UTF-8');
  }
}

/** Sorted by offset, the tensors must tile the data without hole or overlap. Returns the end of the last one. */
function checkTiling(tensors: Map<string, RawTensor>): number {
  let end = 0;
  for (const [name, tensor] of inFileOrder(tensors)) {
    if (tensor.begin !== end || tensor.end < tensor.begin) {
      throw new Refusal(
        'safetensors-offset',
        `tensor "${name.slice(0, 80)}" lies at [${tensor.begin}, ${tensor.end}), expected a start at ${end}`,
      );
    }
    end = tensor.end;
    const size = sizeInBytes(name, tensor);
    if (tensor.end - tensor.begin !== size) {
      throw new Refusal(
        'safetensors-size',
        `tensor "${name.slice(0, 80)}" (${tensor.dtype}, [${tensor.shape}]) needs ${size} bytes but has ${
          tensor.end - tensor.begin
        }`,
      );
    }
  }
  return end;
}

/** Writers put tensors in file order, so the sort is skipped when nothing is out of place. */
function inFileOrder(tensors: Map<string, RawTensor>): Iterable<[string, RawTensor]> {
  let previous: RawTensor | undefined;
  for (const tensor of tensors.values()) {
    if (previous && byOffset(previous, tensor) > 0) {
      return [...tensors].sort((left, right) => byOffset(left[1], right[1]));
    }
    previous = tensor;
  }
  return tensors;
}

function byOffset(left: RawTensor, right: RawTensor): number {
  return left.begin - right.begin || left.end - right.end;
}

/** Bytes by shape and dtype; every product is checked against 64 bits, as the reference does. */
function sizeInBytes(name: string, tensor: RawTensor): number {
  const bits = DTYPE_BITS[tensor.dtype]!;
  let elements = 1;
  for (const dimension of tensor.shape) elements *= dimension;
  let size = elements * bits;
  // Products of doubles are exact below 2^53; the rest is counted with big integers.
  if (tensor.exactShape || !Number.isSafeInteger(size) || partialOverflow(tensor.shape)) {
    size = Number(exactBits(name, tensor, bits));
  }
  if (size % 8 !== 0) {
    throw new Refusal('safetensors-misaligned', `tensor "${name.slice(0, 80)}" has ${size} bits`);
  }
  return size / 8;
}

/** A zero at the end hides an overflow before it. */
function partialOverflow(shape: readonly number[]): boolean {
  let product = 1;
  for (const dimension of shape) {
    product *= dimension;
    if (product > Number.MAX_SAFE_INTEGER) return true;
  }
  return false;
}

function exactBits(name: string, tensor: RawTensor, bits: number): bigint {
  let product = 1n;
  for (const factor of [...(tensor.exactShape ?? tensor.shape), bits]) {
    product *= BigInt(factor);
    if (product > MAX_UNSIGNED) {
      throw new Refusal(
        'safetensors-overflow',
        `tensor "${name.slice(0, 80)}" of shape [${tensor.exactShape ?? tensor.shape}] is too large`,
      );
    }
  }
  return product;
}
