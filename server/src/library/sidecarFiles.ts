import { join } from 'node:path';
import { type FileWork, textOf } from './fileWork';
import { MAX_SIDECAR_BYTES, SIDECAR_SUFFIXES } from './metadata/sidecars';

/** Names of a folder by lower-case name: sidecars and previews are looked for without case. */
export type Siblings = ReadonlyMap<string, string>;

export function siblingsOf(names: readonly string[]): Siblings {
  return new Map(names.map((name) => [name.toLowerCase(), name]));
}

/** A sidecar found beside a file. */
export interface FoundSidecar {
  readonly suffix: string;
  readonly name: string;
}

const NONE: readonly FoundSidecar[] = [];

export function findSidecars(stem: string, siblings: Siblings): readonly FoundSidecar[] {
  if (siblings.size === 0) return NONE;
  const found: FoundSidecar[] = [];
  for (const suffix of SIDECAR_SUFFIXES) {
    const name = siblings.get(stem.toLowerCase() + suffix);
    if (name !== undefined) found.push({ suffix, name });
  }
  return found;
}

const NO_TEXTS: ReadonlyMap<string, string> = new Map();

/** Texts of a file's sidecars by suffix; one that is too large or unreadable counts as absent. */
export function* sidecarTexts(
  folder: string,
  sidecars: readonly FoundSidecar[],
): FileWork<ReadonlyMap<string, string>> {
  if (sidecars.length === 0) return NO_TEXTS;
  const texts = new Map<string, string>();
  for (const { suffix, name } of sidecars) {
    const text = yield* textOf(join(folder, name), MAX_SIDECAR_BYTES);
    if (text !== undefined) texts.set(suffix, text);
  }
  return texts;
}
