import { closeSync, openSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { encodeF16 } from '../../../server/src/formats/elements';
import type { Listed } from '../../unit/formats/checkpointLayouts';
import { createRandom } from './random';

/** Numbers made once and used over and over: a checkpoint has billions. Odd, so that tensors do not repeat each other. */
const POOL = 999_983;
const CHUNK_BYTES = 1 << 24;

/**
 * Writes a checkpoint of seeded random weights: every tensor of a real layout in its real shape. Matrices keep the size
 * of what they multiply (to a power of two), norms are near 1, biases near 0, so that nothing overflows on the way.
 * Returns its size in bytes.
 */
export function writeCheckpoint(file: string, tensors: readonly Listed[], dtype: 'F16' | 'F32'): number {
  const width = dtype === 'F16' ? 2 : 4;
  const header: Record<string, unknown> = {};
  let end = 0;
  for (const [name, shape] of tensors) {
    const length = shape.reduce((a, b) => a * b, 1) * width;
    header[name] = { dtype, shape, data_offsets: [end, end + length] };
    end += length;
  }
  const json = JSON.stringify(header);
  const text = Buffer.from(json + ' '.repeat((8 - (json.length % 8)) % 8));
  const descriptor = openSync(file, 'wx');
  try {
    writeSync(descriptor, Buffer.from(BigUint64Array.of(BigInt(text.length)).buffer));
    writeSync(descriptor, text);
    const pools = new Map<string, Uint8Array>();
    for (const [name, shape] of tensors) {
      const { centre, spread } = distributionOf(name, shape);
      const key = `${centre} ${spread}`;
      let pool = pools.get(key);
      if (!pool) {
        pool = poolOf(centre, spread, dtype);
        pools.set(key, pool);
      }
      let left = shape.reduce((a, b) => a * b, 1) * width;
      let at = (crc32(name) % POOL) * width;
      while (left > 0) {
        const part = pool.subarray(at, Math.min(pool.length, at + left, at + CHUNK_BYTES));
        writeSync(descriptor, part);
        left -= part.length;
        at = (at + part.length) % pool.length;
      }
    }
  } finally {
    closeSync(descriptor);
  }
  return 8 + text.length + end;
}

function distributionOf(name: string, shape: readonly number[]): { centre: number; spread: number } {
  if (shape.length > 1) {
    const inputs = shape.slice(1).reduce((a, b) => a * b, 1);
    return { centre: 0, spread: 2 ** Math.round(Math.log2(Math.sqrt(3 / inputs))) };
  }
  return name.endsWith('weight') ? { centre: 1, spread: 0.125 } : { centre: 0, spread: 0.0625 };
}

function poolOf(centre: number, spread: number, dtype: 'F16' | 'F32'): Uint8Array {
  const random = createRandom(1);
  const numbers = Float32Array.from(
    { length: POOL },
    () => centre + spread * (random(2 ** 24) / 2 ** 23 - 1),
  );
  return new Uint8Array((dtype === 'F16' ? Uint16Array.from(numbers, encodeF16) : numbers).buffer);
}
