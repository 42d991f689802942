import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';

export interface WrittenTensor {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
  readonly dtype?: 'F32' | 'F64' | 'F16' | 'BF16' | 'F8_E4M3' | 'F8_E5M2';
  /** Raw bytes instead of `data`, for the short formats. */
  readonly bytes?: Uint8Array;
}

/** The bytes of a safetensors file. */
export function safetensors(
  tensors: Readonly<Record<string, WrittenTensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata };
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const [name, { shape, data, dtype = 'F32', bytes }] of Object.entries(tensors)) {
    const values = dtype === 'F64' ? Float64Array.from(data) : Float32Array.from(data);
    const part = bytes ?? new Uint8Array(values.buffer);
    header[name] = { dtype, shape, data_offsets: [at, at + part.length] };
    parts.push(part);
    at += part.length;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = new Uint8Array(new BigUint64Array([BigInt(text.length)]).buffer);
  return Buffer.concat([length, text, ...parts]);
}

/** A folder that is gone when the file's tests are done. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'sdprompt-test-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes a file into the folder and returns its path. */
export function write(folder: string, name: string, bytes: Uint8Array | string): string {
  const file = path.join(folder, name);
  writeFileSync(file, bytes);
  return file;
}

/** Numbers that look random and are always the same. */
export function numbers(count: number, seed: number): number[] {
  let state = seed >>> 0;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 32) * 2 - 1;
  });
}

/** Largest absolute difference. */
export function distance(left: ArrayLike<number>, right: ArrayLike<number>): number {
  if (left.length !== right.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let i = 0; i < left.length; i++) {
    const gap = Math.abs(left[i] - right[i]);
    if (!(gap <= largest)) largest = gap;
  }
  return largest;
}
