import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import type { LoraFacts } from '../shared/facts';

/** Raised whenever facts are drawn differently, so that no old verdict survives. */
export const CACHE_VERSION = 1;

/** Facts about one file, and the stamp they were true for. */
export interface CacheEntry {
  readonly key: string;
  readonly facts: LoraFacts;
}

interface CacheFile {
  readonly version: number;
  readonly entries: Readonly<Record<string, CacheEntry>>;
}

/**
 * File that keeps the index of some folders. `cachePath` is a folder, shared by every library of the program, or a
 * `.json` file for one library alone.
 */
export function cacheFileOf(cachePath: string, folders: readonly string[]): string {
  if (cachePath.endsWith('.json')) return cachePath;
  const digest = createHash('sha256').update(folders.join('\0')).digest('hex').slice(0, 16);
  return join(cachePath, `library-${digest}.json`);
}

/**
 * Entries by path. A cache that is missing, damaged or of another version is an empty one.
 * @param share applied to the facts read
 */
export async function readCache(
  file: string,
  share: (facts: LoraFacts) => LoraFacts,
): Promise<Map<string, CacheEntry>> {
  const entries = new Map<string, CacheEntry>();
  try {
    const cache = JSON.parse(await readFile(file, 'utf8')) as CacheFile;
    if (cache.version !== CACHE_VERSION) return entries;
    for (const [path, entry] of Object.entries(cache.entries)) {
      if (isEntry(path, entry)) entries.set(path, { key: entry.key, facts: share(entry.facts) });
    }
    return entries;
  } catch {
    return new Map();
  }
}

function isEntry(path: string, entry: unknown): entry is CacheEntry {
  const { key, facts } = (entry ?? {}) as Partial<CacheEntry>;
  return (
    typeof key === 'string' &&
    typeof facts === 'object' &&
    facts !== null &&
    facts.path === path &&
    typeof facts.name === 'string' &&
    Array.isArray(facts.candidates) &&
    Array.isArray(facts.triggerWords) &&
    typeof facts.modules === 'object'
  );
}

/** Writes the cache whole. A cache that cannot be written only costs time later, so failure is reported, not thrown. */
export async function writeCache(
  file: string,
  entries: ReadonlyMap<string, CacheEntry>,
  log: (message: string) => void,
): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    const cache: CacheFile = { version: CACHE_VERSION, entries: Object.fromEntries(entries) };
    await writeFileAtomic(file, JSON.stringify(cache), { fsync: false });
  } catch (error) {
    log(`The library index could not be kept in ${file}: ${String(error)}`);
  }
}
