import { constants } from 'node:fs';
import { copyFile, type FileHandle, open, stat } from 'node:fs/promises';
import type { Segment } from '../../../formats/onnx/index';

/** Bytes read and written at a time: a cancel is seen after so many. */
const CHUNK = 8 * 2 ** 20;

export interface CopyHooks {
  isCancelled(): boolean;
  /** Called with the bytes written since the last call. */
  wrote(bytes: number): void;
}

/** Copies a file and has it on the disk before it returns; false when it was cancelled. */
export async function copyWhole(from: string, to: string, hooks: CopyHooks): Promise<boolean> {
  const { size } = await stat(from);
  try {
    // Shares the blocks where the file system can: no bytes are moved at all.
    await copyFile(from, to, constants.COPYFILE_FICLONE_FORCE);
    hooks.wrote(size);
    return true;
  } catch {
    // Most file systems cannot.
  }
  return copySegments(from, [{ start: 0, end: size }], to, hooks);
}

/** Writes a file from pieces of another one and new bytes; false when it was cancelled. */
export async function copySegments(
  from: string,
  segments: readonly Segment[],
  to: string,
  hooks: CopyHooks,
): Promise<boolean> {
  const source = await open(from, 'r');
  const target = await open(to, 'w');
  try {
    const buffer = new Uint8Array(CHUNK);
    let at = 0;
    const put = async (bytes: Uint8Array) => {
      await writeAll(target, bytes, at);
      at += bytes.length;
      hooks.wrote(bytes.length);
    };
    for (const segment of segments) {
      if (segment instanceof Uint8Array) {
        await put(segment);
        continue;
      }
      for (let offset = segment.start; offset < segment.end; ) {
        if (hooks.isCancelled()) return false;
        const wanted = Math.min(CHUNK, segment.end - offset);
        const { bytesRead } = await source.read(buffer, 0, wanted, offset);
        if (bytesRead === 0) throw new Error(`${from} ends at ${offset}`);
        await put(buffer.subarray(0, bytesRead));
        offset += bytesRead;
      }
    }
    await target.sync();
    return true;
  } finally {
    await source.close();
    await target.close();
  }
}

/** Writes all of `bytes` at `position`. */
export async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; )
    done += (await file.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
}
