import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { headerLength, PREFIX_BYTES } from '../formats/safetensors';
import type { LoraHashes } from '../shared/facts';
import type { Result } from '../shared/problem';
import { cannotRead } from './fileSource';

/** The bytes that the web UI's oldest model hash is taken from. */
const LEGACY_START = 0x100000;
const LEGACY_END = 0x110000;
/** Start of the SHA-256 of no bytes at all: what a broken tool calls a hash. */
const NOTHING = 'e3b0c44298fc';

export interface HashFileOptions {
  readonly signal?: AbortSignal;
  /** Told how much has been read, of how much. */
  readonly report?: (done: number, of: number) => void;
  /** False: without the hashes of the tensor bytes, which no program writes for base models and which take as long again. */
  readonly tensorsToo?: boolean;
}

/**
 * Every hash by which programs identify a file, in one pass over it, 1 MB at a time:
 * SHA-256 and AutoV2 (its first ten digits) of the whole file; AutoV1 (first eight) of 64 KB in the second megabyte;
 * AutoV3 and the web UI's short hash (first twelve) of the tensor bytes alone, which survive an edit of the metadata.
 *
 * Errors: `cannot-read`.
 */
export async function hashFile(path: string, options: HashFileOptions = {}): Promise<Result<LoraHashes>> {
  const { signal, report, tensorsToo = true } = options;
  try {
    const { size } = await stat(path);
    const whole = createHash('sha256');
    const legacy = createHash('sha256');
    const tensors = createHash('sha256');
    let at = 0;
    let tensorStart: number | undefined;
    let prefix = Buffer.alloc(0);
    for await (const data of createReadStream(path, { highWaterMark: 1 << 20, signal })) {
      const chunk = data as Buffer;
      whole.update(chunk);
      legacy.update(between(chunk, at, LEGACY_START, LEGACY_END));
      if (tensorsToo && prefix.length < PREFIX_BYTES) {
        prefix = Buffer.concat([prefix, chunk.subarray(0, PREFIX_BYTES - prefix.length)]);
        const length = prefix.length === PREFIX_BYTES ? headerLength(prefix, size) : undefined;
        if (length?.ok) tensorStart = PREFIX_BYTES + length.value;
      }
      if (tensorStart !== undefined) tensors.update(between(chunk, at, tensorStart, size));
      at += chunk.length;
      report?.(at, size);
    }
    const sha256 = whole.digest('hex');
    const data = tensorStart === undefined ? NOTHING : tensors.digest('hex');
    const known = data.startsWith(NOTHING) ? {} : { autoV3: data.slice(0, 12), shortHash: data.slice(0, 12) };
    const value = { sha256, autoV1: legacy.digest('hex').slice(0, 8), autoV2: sha256.slice(0, 10), ...known };
    return { ok: true, value };
  } catch (error) {
    return cannotRead(path, error);
  }
}

/**
 * The short hash that AUTOMATIC1111 writes beside a file's name. For a network, what its trainer noted of its tensors
 * comes before what they are now; for an embedding it is the beginning of the SHA-256.
 */
export function shortHashOf(
  kind: string,
  metadata: Readonly<Record<string, string>>,
  hashes: LoraHashes,
): string | undefined {
  if (kind === 'embedding') return hashes.sha256?.slice(0, 12);
  return notedHash(metadata) ?? hashes.shortHash;
}

/** First twelve digits of `sshs_model_hash`, where the trainer wrote one. */
export function notedHash(metadata: Readonly<Record<string, string>>): string | undefined {
  return /^[\da-f]{12}/i.exec(metadata.sshs_model_hash ?? '')?.[0].toLowerCase();
}

/** The part of a chunk that lies in a range of the file. */
function between(chunk: Buffer, at: number, start: number, end: number): Buffer {
  return chunk.subarray(Math.max(0, start - at), Math.max(0, end - at));
}
