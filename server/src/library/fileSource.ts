import * as fs from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import {
  type ByteSource,
  headerLength,
  PREFIX_BYTES,
  parseHeader,
  type SafetensorsHeader,
} from '../formats/safetensors';
import { failure, type Result } from '../shared/problem';

/** A file as a byte source, read at positions; `close` it. For code that may block. */
export interface FileSource extends ByteSource {
  close(): void;
}

/** Opens a file for positional reading. Errors: `cannot-read`. */
export function openFileSource(path: string): Result<FileSource> {
  let descriptor: number;
  let size: number;
  try {
    descriptor = fs.openSync(path, 'r');
    size = fs.fstatSync(descriptor).size;
  } catch (error) {
    return cannotRead(path, error);
  }
  return {
    ok: true,
    value: {
      size,
      read(offset, length) {
        const bytes = Buffer.allocUnsafe(Math.max(0, Math.min(length, size - offset)));
        const count = fs.readSync(descriptor, bytes, 0, bytes.length, offset);
        return bytes.subarray(0, count);
      },
      close: () => fs.closeSync(descriptor),
    },
  };
}

/** The bytes of a header, not yet parsed, and the size of the file around them. */
export interface HeaderBytes {
  readonly bytes: Uint8Array;
  readonly fileSize: number;
}

/** Memory lent to readers of many headers, so that thousands of files do not leave thousands of buffers to collect. */
export interface Scratch {
  /** The buffer is the user's until the work returns, or until its promise settles. */
  lend<T>(work: (buffer: Buffer) => T): T;
}

/** Bytes of one lent buffer: nearly every header fits; a longer one gets memory of its own. */
const SCRATCH_BYTES = 640 << 10;

export function createScratch(): Scratch {
  const free: Buffer[] = [];
  return {
    lend(work) {
      const buffer = free.pop() ?? Buffer.allocUnsafeSlow(SCRATCH_BYTES);
      const giveBack = () => void free.push(buffer);
      const result = work(buffer);
      if (result instanceof Promise) result.then(giveBack, giveBack);
      else giveBack();
      return result;
    },
  };
}

/** What a reader of headers may know beforehand. */
export interface KnownFile {
  /** Memory to use where it suffices; the bytes are then only good until it is used again. */
  readonly scratch?: Buffer;
  /** The file's size, for a caller who has just looked. */
  readonly size?: number;
}

/** Reads the header's bytes, `8 + N` in all, without blocking. Errors: `cannot-read`, and those of `headerLength`. */
export async function readHeaderBytes(path: string, known: KnownFile = {}): Promise<Result<HeaderBytes>> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, 'r');
    const fileSize = known.size ?? (await handle.stat()).size;
    const prefix = prefixBuffer(known);
    const { bytesRead } = await handle.read(prefix, 0, PREFIX_BYTES, 0);
    const length = headerLength(prefix.subarray(0, bytesRead), fileSize);
    if (!length.ok) return length;
    const bytes = headerBuffer(known, length.value);
    const read = await handle.read(bytes, 0, length.value, PREFIX_BYTES);
    return { ok: true, value: { bytes: bytes.subarray(0, read.bytesRead), fileSize } };
  } catch (error) {
    return cannotRead(path, error);
  } finally {
    await handle?.close();
  }
}

/** As `readHeaderBytes`, for a drive that is known to be quick: blocks. */
export function readHeaderBytesNow(path: string, known: KnownFile = {}): Result<HeaderBytes> {
  let descriptor: number | undefined;
  try {
    descriptor = fs.openSync(path, 'r');
    const fileSize = known.size ?? fs.fstatSync(descriptor).size;
    const prefix = prefixBuffer(known);
    const length = headerLength(
      prefix.subarray(0, fs.readSync(descriptor, prefix, 0, PREFIX_BYTES, 0)),
      fileSize,
    );
    if (!length.ok) return length;
    const bytes = headerBuffer(known, length.value);
    const count = fs.readSync(descriptor, bytes, 0, length.value, PREFIX_BYTES);
    return { ok: true, value: { bytes: bytes.subarray(0, count), fileSize } };
  } catch (error) {
    return cannotRead(path, error);
  } finally {
    if (descriptor !== undefined) fs.closeSync(descriptor);
  }
}

function prefixBuffer({ scratch }: KnownFile): Buffer {
  return scratch?.subarray(0, PREFIX_BYTES) ?? Buffer.alloc(PREFIX_BYTES);
}

function headerBuffer({ scratch }: KnownFile, length: number): Buffer {
  return scratch && length <= scratch.length ? scratch.subarray(0, length) : Buffer.allocUnsafe(length);
}

/** Reads and checks a safetensors file's header without blocking. */
export async function readFileHeader(path: string): Promise<Result<SafetensorsHeader>> {
  const read = await readHeaderBytes(path);
  return read.ok ? parseHeader(read.value.bytes, read.value.fileSize) : read;
}

/** A file system error as a problem. */
export function cannotRead(
  path: string,
  error: unknown,
): { ok: false; problem: import('../shared/problem').Problem } {
  const code = (error as NodeJS.ErrnoException).code ?? String(error);
  const why: Record<string, string> = {
    ENOENT: 'it does not exist',
    EACCES: 'access to it is denied',
    EPERM: 'access to it is denied',
    EISDIR: 'it is a folder',
  };
  return failure(
    'cannot-read',
    `${path} cannot be read: ${why[code] ?? code}.`,
    code === 'EISDIR' ? 'Name the files in it.' : 'Check the path and its permissions.',
  );
}
