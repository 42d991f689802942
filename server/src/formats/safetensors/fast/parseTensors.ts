import { type Result, success } from '../../../shared/problem';
import { PREFIX_BYTES } from '../prefix';
import { parseHeader } from '../strict/header';
import type { ListedTensor, TensorListReader } from './tensors';

/**
 * The tensors of a header whose metadata `splitMetadata` has read: by the fast reader where they are written as usual,
 * else by the strict one.
 *
 * @param rest of the `SplitHeader`
 * @param header the bytes of the whole header
 * @returns the same tensors as `parseHeader`, or the same problem
 */
export function parseTensors(
  rest: Uint8Array,
  header: Uint8Array,
  fileSize: number,
  reader: TensorListReader,
): Result<Map<string, ListedTensor>> {
  const tensors = reader.read(rest, fileSize - PREFIX_BYTES - header.length);
  if (tensors) return success(tensors);
  const parsed = parseHeader(header, fileSize);
  return parsed.ok ? success(parsed.value.tensors) : parsed;
}
