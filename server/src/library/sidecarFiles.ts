import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
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

/** Texts of a file's sidecars by suffix; one that is too large or unreadable counts as absent. */
export async function readSidecarTexts(
  folder: string,
  stem: string,
  siblings: Siblings,
): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for (const { suffix, name } of findSidecars(stem, siblings)) {
    try {
      const path = join(folder, name);
      if ((await stat(path)).size <= MAX_SIDECAR_BYTES) texts.set(suffix, await readFile(path, 'utf8'));
    } catch {
      // A sidecar that vanished or cannot be read tells nothing.
    }
  }
  return texts;
}
