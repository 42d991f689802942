import type { Result } from '../../shared/problem';
import { guarded, Refusal } from './refusal';

/** Longest header the reference reader accepts, bytes; inclusive. */
export const MAX_HEADER_BYTES = 100_000_000;
/** Bytes before the header: its length, unsigned, little-endian. */
export const PREFIX_BYTES = 8;

/** Length of the header by the first eight bytes of a file of `fileSize` bytes. */
export function headerLength(prefix: Uint8Array, fileSize: number): Result<number> {
  return guarded(() => {
    if (prefix.length < PREFIX_BYTES || fileSize < PREFIX_BYTES) {
      throw new Refusal(
        'safetensors-header-too-small',
        `the file has only ${Math.min(prefix.length, fileSize)} bytes`,
      );
    }
    const length = new DataView(prefix.buffer, prefix.byteOffset, PREFIX_BYTES).getBigUint64(0, true);
    if (length > BigInt(MAX_HEADER_BYTES)) {
      throw new Refusal('safetensors-header-too-large', `the header claims ${length} bytes`);
    }
    if (Number(length) > fileSize - PREFIX_BYTES) {
      throw new Refusal(
        'safetensors-header-length',
        `the header claims ${length} bytes but the file has only ${fileSize} in all`,
      );
    }
    return Number(length);
  });
}
