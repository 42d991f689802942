import { createHash } from 'node:crypto';
import { parseHeader, splitMetadata } from '../formats/safetensors';
import { type Result, success } from '../shared/problem';
import type { HeaderBytes } from './fileSource';
import { type StructureFacts, structureOf, WANTED_METADATA } from './inspection';

/** A header as far as the library keeps it. */
export interface ReadHeader {
  readonly metadata: Readonly<Record<string, string>>;
  readonly structure: StructureFacts;
}

/** Reads headers, judging each tensor list once: files of one trainer and base model mostly share theirs. */
export interface StructureMemo {
  /** Only the metadata that facts are drawn from is sure to be there. Keeps nothing of the bytes given. */
  read(header: HeaderBytes): Result<ReadHeader>;
}

/** Structures kept. Each is under a kilobyte; the number only bounds what a hostile folder can make us keep. */
const MAX_KEPT = 4_096;
/** Bytes of whole tensor lists kept: comparing two is an order of magnitude cheaper than digesting one. */
const MAX_SAMPLE_BYTES = 4 << 20;

/**
 * A memo keyed by everything in the header but `__metadata__`, and by the number of data bytes. Two files that agree in
 * both differ in metadata only, so what was checked and judged for one holds for the other.
 */
export function createStructureMemo(): StructureMemo {
  const known = new Map<string, StructureFacts>();
  const samples = createSamples();

  function digested(size: string, rest: Uint8Array): StructureFacts | undefined {
    return known.get(digestOf(size, rest));
  }

  return {
    read({ bytes, fileSize }) {
      const split = splitMetadata(bytes, WANTED_METADATA);
      if (!split) return parse(bytes, fileSize);
      const { metadata, rest } = split;
      const size = `${fileSize - bytes.length} ${rest.length}`;
      const same = samples.find(size, rest) ?? digested(size, rest);
      if (same) {
        samples.keep(size, rest, same);
        return success({ metadata, structure: same });
      }
      const read = parse(bytes, fileSize);
      if (!read.ok) return read;
      if (known.size >= MAX_KEPT) known.delete(known.keys().next().value!);
      known.set(digestOf(size, rest), read.value.structure);
      samples.keep(size, rest, read.value.structure);
      return success({ metadata, structure: read.value.structure });
    },
  };
}

function digestOf(size: string, rest: Uint8Array): string {
  return `${size} ${createHash('sha1').update(rest).digest('base64')}`;
}

interface Sample {
  readonly bytes: Buffer;
  readonly structure: StructureFacts;
}

/** The tensor lists met last, whole. */
function createSamples() {
  const samples = new Map<string, Sample>();
  let total = 0;
  return {
    find(size: string, rest: Uint8Array): StructureFacts | undefined {
      const sample = samples.get(size);
      return sample?.bytes.equals(rest) ? sample.structure : undefined;
    },
    /** One list for each size: where two take turns, digests tell them apart. */
    keep(size: string, rest: Uint8Array, structure: StructureFacts): void {
      if (samples.has(size) || rest.length > MAX_SAMPLE_BYTES / 4) return;
      samples.set(size, { bytes: Buffer.from(rest), structure });
      total += rest.length;
      for (const [oldest, { bytes }] of samples) {
        if (total <= MAX_SAMPLE_BYTES) break;
        samples.delete(oldest);
        total -= bytes.length;
      }
    },
  };
}

function parse(bytes: Uint8Array, fileSize: number): Result<ReadHeader> {
  const header = parseHeader(bytes, fileSize);
  if (!header.ok) return header;
  return success({ metadata: header.value.metadata, structure: structureOf(header.value.tensors) });
}
