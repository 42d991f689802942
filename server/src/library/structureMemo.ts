import { createHash } from 'node:crypto';
import { createTensorListReader, parseHeader, parseTensors, splitMetadata } from '../formats/safetensors';
import { type Result, success } from '../shared/problem';
import type { HeaderBytes } from './fileSource';
import { type StructureFacts, structureOf, WANTED_METADATA } from './inspection';
import { NO_TAGS, TAGS_NAME, type TagText, tagsOf } from './metadata/tags';

/** A header as far as the library keeps it. */
export interface ReadHeader {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tags: TagText;
  readonly structure: StructureFacts;
}

/** Reads headers, judging each tensor list once: files of one trainer and base model mostly share theirs. */
export interface StructureMemo {
  /**
   * Only the metadata that facts are drawn from is sure to be there. Keeps nothing of the bytes given, in which the
   * tags are looked up: they can be asked for while the bytes are there.
   */
  read(header: HeaderBytes): Result<ReadHeader>;
}

/** Structures cached. Each is under a kilobyte; the number only limits the memory that a hostile folder can take. */
const MAX_KEPT = 4_096;
/** Bytes of whole tensor lists cached: comparing two is ten times as fast as computing a digest. */
const MAX_SAMPLE_BYTES = 4 << 20;

/** Files with the same tensor list before its bytes are cached: most files of a folder share a few lists. */
const WORTH_A_SAMPLE = 5;

interface Known {
  readonly structure: StructureFacts;
  /** Files that had it, as far as its digest was asked for. */
  met: number;
}

/**
 * A memo keyed by everything in the header but `__metadata__`, and by the number of data bytes. Two files that agree in
 * both differ in metadata only, so what was checked and judged for one holds for the other.
 */
export function createStructureMemo(): StructureMemo {
  const known = new Map<string, Known>();
  const samples = createSamples();
  const reader = createTensorListReader();

  /** What the tensors say, from memory or read and judged. */
  function structureIn({ bytes, fileSize }: HeaderBytes, rest: Uint8Array): Result<StructureFacts> {
    const size = `${fileSize - bytes.length} ${rest.length}`;
    const sample = samples.find(size, rest);
    if (sample) return success(sample);
    const digest = digestOf(size, rest);
    const same = known.get(digest);
    if (same) {
      if (++same.met >= WORTH_A_SAMPLE) samples.keep(size, rest, same.structure);
      return success(same.structure);
    }
    const tensors = parseTensors(rest, bytes, fileSize, reader);
    if (!tensors.ok) return tensors;
    const structure = structureOf(tensors.value);
    if (known.size >= MAX_KEPT) known.delete(known.keys().next().value!);
    known.set(digest, { structure, met: 1 });
    return success(structure);
  }

  return {
    read(header) {
      const split = splitMetadata(header.bytes, WANTED_METADATA, TAGS_NAME);
      if (!split) return parse(header);
      const { metadata, encoded, rest } = split;
      const structure = structureIn(header, rest);
      return structure.ok
        ? success({ metadata, tags: encoded ?? NO_TAGS, structure: structure.value })
        : structure;
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

/** Tensor lists that many files share, whole. */
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

function parse({ bytes, fileSize }: HeaderBytes): Result<ReadHeader> {
  const header = parseHeader(bytes, fileSize);
  if (!header.ok) return header;
  const { metadata, tensors } = header.value;
  return success({ metadata, tags: tagsOf(metadata), structure: structureOf(tensors) });
}
