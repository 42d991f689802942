import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import * as path from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import type { LoraFacts } from '../shared/facts';
import { type Common, join, type Own, type Sharing } from './common';
import { asObject } from './metadata/json';

/** Raised whenever facts are drawn or written differently, so that no old verdict survives. */
export const CACHE_VERSION = 2;

/** Facts about one file, and the stamp they were true for. */
export interface CacheEntry {
  readonly key: string;
  readonly facts: LoraFacts;
  /** What the facts share with those of other files. */
  readonly common: Common;
}

/** An index is read at every start, so it is short: what files share stands in it once. */
interface CacheFile {
  readonly version: number;
  /** Library folders. */
  readonly roots: readonly string[];
  readonly common: readonly Common[];
  readonly files: readonly CachedFile[];
}

/** One file: numbers are places in `roots` and `common`. `own` is left out where it would be empty. */
type CachedFile = [root: number, relativePath: string, key: string, common: number, own?: Partial<Own>];

const NO_WORDS: readonly string[] = [];
const NOTHING: Partial<Own> = {};

/**
 * File that keeps the index of some folders. `cachePath` is a folder, shared by every library of the program, or a
 * `.json` file for one library alone.
 */
export function cacheFileOf(cachePath: string, folders: readonly string[]): string {
  if (cachePath.endsWith('.json')) return cachePath;
  const digest = createHash('sha256').update(folders.join('\0')).digest('hex').slice(0, 16);
  return path.join(cachePath, `library-${digest}.json`);
}

/** Entries by path. A cache that is missing, damaged or of another version is an empty one. */
export async function readCache(file: string, sharing: Sharing): Promise<Map<string, CacheEntry>> {
  const entries = new Map<string, CacheEntry>();
  try {
    const cache = JSON.parse(await readFile(file, 'utf8')) as CacheFile;
    if (cache.version !== CACHE_VERSION) return entries;
    const common = cache.common.map((value) => sharing.common(value));
    if (!common.every(isCommon)) return entries;
    const folders = cache.roots.map(insideOf);
    for (const cached of cache.files) {
      const entry = unpack(cached, folders, common);
      if (!entry) return new Map();
      entries.set(entry.facts.path!, entry);
    }
    return entries;
  } catch {
    return new Map();
  }
}

/** What stands before a relative path in the paths of a folder's files. */
function insideOf(folder: string): string {
  const normal = path.normalize(folder);
  return normal.endsWith(path.sep) ? normal : normal + path.sep;
}

function isCommon(value: Partial<Common>): boolean {
  return (
    typeof value.status === 'string' &&
    typeof value.kind === 'string' &&
    typeof value.reason === 'string' &&
    Array.isArray(value.candidates) &&
    asObject(value.modules) !== undefined
  );
}

/** One file's entry; undefined for one that is not as this program writes them. */
function unpack(
  [root, relativePath, key, shared, own]: CachedFile,
  folders: readonly string[],
  commons: readonly Common[],
): CacheEntry | undefined {
  const folder = folders[root];
  const common = commons[shared];
  if (typeof folder !== 'string' || !common || typeof relativePath !== 'string') return undefined;
  const size = Number.parseInt(key, 10);
  const modified = Math.round(Number.parseFloat(key.slice(key.indexOf(' ') + 1)));
  if (Number.isNaN(size + modified)) return undefined;
  const start = relativePath.lastIndexOf('/') + 1;
  const dot = relativePath.lastIndexOf('.');
  // Every field by name: a spread of ten thousand objects takes as long as reading them.
  const {
    alias,
    problem,
    triggerWords = NO_WORDS,
    preferredWeight,
    description,
  }: Partial<Own> = own ?? NOTHING;
  const { previewPath, hashes, negativeText, notes, embeddings }: Partial<Own> = own ?? NOTHING;
  const facts = join(common, {
    name: relativePath.slice(start, dot > start ? dot : undefined),
    alias,
    path: folder + (path.sep === '/' ? relativePath : relativePath.replaceAll('/', path.sep)),
    relativePath,
    source: 'file',
    problem,
    triggerWords,
    preferredWeight,
    description,
    previewPath,
    size,
    modified,
    hashes,
    negativeText,
    notes,
    embeddings,
  });
  return Array.isArray(facts.triggerWords) ? { key, facts, common } : undefined;
}

/** True for a file of this folder, its separators aside. */
function isBelow({ path: whole = '', relativePath }: LoraFacts, folder: string): boolean {
  return whole.length === folder.length + relativePath.length && whole.startsWith(folder);
}

/** Writes the cache whole. A cache that cannot be written only costs time later, so failure is reported, not thrown. */
export async function writeCache(
  file: string,
  roots: readonly string[],
  entries: ReadonlyMap<string, CacheEntry>,
  log: (message: string) => void,
): Promise<void> {
  try {
    await mkdir(path.dirname(file), { recursive: true });
    const places = new Map<Common, number>();
    const folders = roots.map(insideOf);
    const files: CachedFile[] = [];
    for (const { key, facts, common } of entries.values()) {
      let place = places.get(common);
      if (place === undefined) {
        place = places.size;
        places.set(common, place);
      }
      const root = folders.findIndex((folder) => isBelow(facts, folder));
      const { alias, triggerWords, preferredWeight, description, previewPath, hashes } = facts;
      const { negativeText, notes, embeddings, problem } = facts;
      const own: Partial<Own> = {
        ...{
          alias,
          preferredWeight,
          description,
          previewPath,
          hashes,
          negativeText,
          notes,
          embeddings,
          problem,
        },
        ...(triggerWords.length > 0 && { triggerWords }),
      };
      files.push([root, facts.relativePath, key, place, own]);
    }
    const cache: CacheFile = { version: CACHE_VERSION, roots, common: [...places.keys()], files };
    await writeFileAtomic(file, JSON.stringify(cache), { fsync: false });
  } catch (error) {
    log(`The library index could not be kept in ${file}: ${String(error)}`);
  }
}
