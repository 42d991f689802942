import { fstatSync, readSync } from 'node:fs';
import type { ByteSource } from '../../formats/onnx/index';

/** A byte source over an open file. The caller closes the descriptor. */
export function fileSource(descriptor: number): ByteSource {
  const size = fstatSync(descriptor).size;
  return {
    size,
    read(offset, length) {
      const bytes = new Uint8Array(length);
      for (let done = 0; done < length; ) {
        const count = readSync(descriptor, bytes, done, Math.min(length - done, 1 << 30), offset + done);
        if (count === 0) throw new RangeError(`the file ends at ${offset + done}`);
        done += count;
      }
      return bytes;
    },
  };
}
