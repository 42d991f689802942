import { createHash } from 'node:crypto';
import { parseHeader, splitMetadata } from '../formats/safetensors';
import { type Result, success } from '../shared/problem';
import type { HeaderBytes } from './fileSource';
import { type StructureFacts, structureOf } from './inspection';

/** A header as far as the library keeps it. */
export interface ReadHeader {
  readonly metadata: Readonly<Record<string, string>>;
  readonly structure: StructureFacts;
}

/** Reads headers, judging each tensor list once: files of one trainer and base model mostly share theirs. */
export interface StructureMemo {
  read(header: HeaderBytes): Result<ReadHeader>;
}

/** Structures kept. Each is under a kilobyte; the number only bounds what a hostile folder can make us keep. */
const MAX_KEPT = 4_096;

/**
 * A memo keyed by a digest of everything in the header but `__metadata__`, and by the number of data bytes. Two files
 * that agree in both differ in metadata only, so what was checked and judged for one holds for the other.
 */
export function createStructureMemo(): StructureMemo {
  const known = new Map<string, StructureFacts>();
  return {
    read({ bytes, fileSize }) {
      const split = splitMetadata(bytes);
      if (!split) return parse(bytes, fileSize);
      const key = `${fileSize - bytes.length} ${createHash('sha1').update(split.rest).digest('base64')}`;
      const structure = known.get(key);
      if (structure) return success({ metadata: split.metadata, structure });
      const read = parse(bytes, fileSize);
      if (read.ok) {
        if (known.size >= MAX_KEPT) known.delete(known.keys().next().value!);
        known.set(key, read.value.structure);
      }
      return read;
    },
  };
}

function parse(bytes: Uint8Array, fileSize: number): Result<ReadHeader> {
  const header = parseHeader(bytes, fileSize);
  if (!header.ok) return header;
  return success({ metadata: header.value.metadata, structure: structureOf(header.value.tensors) });
}
