import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import * as path from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import type { LoraFacts, LoraFileFacts, LoraNetworkFacts } from '../shared/facts';
import { asObject } from './metadata/json';
import type { Sharing } from './sharing';

/** Raised whenever facts are drawn or written differently, so that no old verdict survives. */
export const CACHE_VERSION = 4;

/** Facts about one file, and the stamp they were true for. */
export interface CacheEntry {
  readonly key: string;
  readonly facts: LoraFacts;
}

/** An index is read at every start, so it is short: network facts that files share stand in it once. */
interface CacheFile {
  readonly version: number;
  /** Library folders. */
  readonly roots: readonly string[];
  readonly networks: readonly LoraNetworkFacts[];
  readonly files: readonly CachedFile[];
}

/** What cannot be derived from a file's place and stamp. */
type OwnFields = Partial<
  Omit<LoraFileFacts, 'name' | 'path' | 'relativePath' | 'source' | 'size' | 'modified'>
>;

/** One file: `root` and `network` are indices into the lists of `CacheFile`. */
type CachedFile = [root: number, relativePath: string, key: string, network: number, own?: OwnFields];

const NO_WORDS: readonly string[] = [];
const NOTHING: OwnFields = {};

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
    if (!cache.networks.every(isNetwork)) return entries;
    const networks = cache.networks.map((value) => sharing.network(value));
    const folders = cache.roots.map(insideOf);
    for (const cached of cache.files) {
      const entry = unpack(cached, folders, networks);
      if (!entry) return new Map();
      entries.set(entry.facts.file.path!, entry);
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

function isNetwork(value: Partial<LoraNetworkFacts>): boolean {
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
  [root, relativePath, key, place, cached]: CachedFile,
  folders: readonly string[],
  networks: readonly LoraNetworkFacts[],
): CacheEntry | undefined {
  const folder = folders[root];
  const network = networks[place];
  if (typeof folder !== 'string' || !network || typeof relativePath !== 'string') return undefined;
  const size = Number.parseInt(key, 10);
  const modified = Math.round(Number.parseFloat(key.slice(key.indexOf(' ') + 1)));
  if (Number.isNaN(size + modified)) return undefined;
  const start = relativePath.lastIndexOf('/') + 1;
  const dot = relativePath.lastIndexOf('.');
  const own: OwnFields = cached ?? NOTHING;
  const triggerWords = own.triggerWords ?? NO_WORDS;
  if (!Array.isArray(triggerWords)) return undefined;
  // Every field by name: a spread of ten thousand objects takes as long as reading them.
  const file: LoraFileFacts = {
    name: relativePath.slice(start, dot > start ? dot : undefined),
    alias: own.alias,
    path: folder + (path.sep === '/' ? relativePath : relativePath.replaceAll('/', path.sep)),
    relativePath,
    source: 'file',
    problem: own.problem,
    triggerWords,
    preferredWeight: own.preferredWeight,
    description: own.description,
    previewPath: own.previewPath,
    size,
    modified,
    hashes: own.hashes,
    negativeText: own.negativeText,
    notes: own.notes,
    embeddings: own.embeddings,
  };
  return { key, facts: { file, network } };
}

/** True for a file of this folder, its separators aside. */
function isBelow({ path: whole = '', relativePath }: LoraFileFacts, folder: string): boolean {
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
    const places = new Map<LoraNetworkFacts, number>();
    const folders = roots.map(insideOf);
    const files: CachedFile[] = [];
    for (const { key, facts } of entries.values()) {
      let place = places.get(facts.network);
      if (place === undefined) {
        place = places.size;
        places.set(facts.network, place);
      }
      const { name, path: whole, relativePath, source, size, modified, triggerWords, ...rest } = facts.file;
      const root = folders.findIndex((folder) => isBelow(facts.file, folder));
      const own: OwnFields = triggerWords.length > 0 ? { ...rest, triggerWords } : rest;
      files.push([root, relativePath, key, place, own]);
    }
    const cache: CacheFile = { version: CACHE_VERSION, roots, networks: [...places.keys()], files };
    await writeFileAtomic(file, JSON.stringify(cache), { fsync: false });
  } catch (error) {
    log(`The library index could not be kept in ${file}: ${String(error)}`);
  }
}
