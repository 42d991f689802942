import * as fs from 'node:fs';
import type { ByteSource } from '../formats/byteSource';
import { headerLength, PREFIX_BYTES, parseHeader, type SafetensorsHeader } from '../formats/safetensors';
import { type Failure, failure, type Result } from '../shared/problem';
import { closeFile, type FileWork, openFile, readAt, runLater, sizeOf } from './fileWork';

/** A file as a byte source, read at positions with blocking calls; `close` it. */
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

/** Memory for readers of many headers, so that thousands of files do not leave thousands of buffers to collect. */
export interface Scratch {
  /** A buffer that no other reader uses. */
  take(): Buffer;
  giveBack(buffer: Buffer): void;
}

/** Bytes of one buffer: nearly every header fits; a longer one gets memory of its own. */
const SCRATCH_BYTES = 640 << 10;

export function createScratch(): Scratch {
  const free: Buffer[] = [];
  return {
    take: () => free.pop() ?? Buffer.allocUnsafeSlow(SCRATCH_BYTES),
    giveBack: (buffer) => void free.push(buffer),
  };
}

/** What the caller of a header reader already has. */
export interface KnownFile {
  /** Memory to use where it suffices; the bytes are then only good until it is used again. */
  readonly scratch?: Buffer;
  /** The file's size, for a caller who has just looked. */
  readonly size?: number;
}

/** Reads the header's bytes, `8 + N` in all. Errors: `cannot-read`, and those of `headerLength`. */
export function* readHeaderBytes(path: string, known: KnownFile = {}): FileWork<Result<HeaderBytes>> {
  let descriptor: number | undefined;
  try {
    descriptor = yield* openFile(path);
    const fileSize = known.size ?? (yield* sizeOf(descriptor));
    const prefix = prefixBuffer(known);
    const length = headerLength(prefix.subarray(0, yield* readAt(descriptor, prefix, 0)), fileSize);
    if (!length.ok) return length;
    const bytes = headerBuffer(known, length.value);
    const count = yield* readAt(descriptor, bytes, PREFIX_BYTES);
    return { ok: true, value: { bytes: bytes.subarray(0, count), fileSize } };
  } catch (error) {
    return cannotRead(path, error);
  } finally {
    if (descriptor !== undefined) yield* closeFile(descriptor);
  }
}

function prefixBuffer({ scratch }: KnownFile): Buffer {
  return scratch?.subarray(0, PREFIX_BYTES) ?? Buffer.alloc(PREFIX_BYTES);
}

function headerBuffer({ scratch }: KnownFile, length: number): Buffer {
  return scratch && length <= scratch.length ? scratch.subarray(0, length) : Buffer.allocUnsafe(length);
}

/** Reads and checks a safetensors file's header, with asynchronous calls. */
export async function readFileHeader(path: string): Promise<Result<SafetensorsHeader>> {
  const read = await runLater(readHeaderBytes(path));
  return read.ok ? parseHeader(read.value.bytes, read.value.fileSize) : read;
}

/** A file system error as a problem. */
export function cannotRead(path: string, error: unknown): Failure {
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
