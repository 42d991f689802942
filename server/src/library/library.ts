import type { LoraFacts, LoraHashes } from '../shared/facts';
import { type CacheEntry, cacheFileOf, readCache, writeCache } from './cache';
import { createScratchPool } from './fileSource';
import { hashFile } from './hashes';
import { type Indexing, indexFile, mayBeUnfinished } from './indexFile';
import { forEachLimited } from './pool';
import { createSharing } from './share';
import { createStamper, type FileStamp } from './stamp';
import { createStructureMemo } from './structureMemo';
import { type FoundFile, walkFolder } from './walk';
import { type FolderWatcher, watchFolders } from './watch';

export interface LibraryOptions {
  /** Absolute paths, in order of precedence. One that does not exist yet is noticed when it appears. */
  readonly folders: readonly string[];
  /** Folder (or `.json` file) where the index is kept between runs; absent: not kept. */
  readonly cachePath?: string;
  /** Follow changes on disk. Without it, `refresh` looks again. */
  readonly watch: boolean;
  readonly log: (message: string) => void;
}

/** What is installed in some folders: every file known by its header, kept up to date. */
export interface Library {
  /** In the order the web UI reads the files: folder by folder, each naturally sorted. */
  all(): readonly LoraFacts[];
  /** Looks at the disk again; only files that changed are read. */
  refresh(): Promise<void>;
  /** After the first look at the disk. */
  readonly ready: Promise<void>;
  /** Called after facts have changed; returns a function that stops the calls. */
  onDidChange(listener: () => void): () => void;
  /** Hashes of a file of the library, computed once and kept; reads the whole file. Undefined when it is unreadable. */
  hashesOf(path: string): Promise<LoraHashes | undefined>;
  /** Hashes every file that has none yet, one at a time, until aborted. */
  hashAll(signal?: AbortSignal): Promise<void>;
  dispose(): void;
}

/** Files looked at in parallel: enough to hide a network drive's delay, few enough to leave threads for others. */
const PARALLEL = 8;
/** A file younger than this that looks cut short is probably still being written, milliseconds. */
const WRITING_MS = 20_000;
/** Pause before such a file is looked at again, milliseconds. */
const RETRY_MS = 1_500;

export function createLibrary(options: LibraryOptions): Library {
  const { folders, log } = options;
  const cacheFile = options.cachePath === undefined ? undefined : cacheFileOf(options.cachePath, folders);
  const share = createSharing();
  const indexing: Indexing = { memo: createStructureMemo(), scratch: createScratchPool(), share };
  const stampOf = createStamper();
  const listeners = new Set<() => void>();
  let entries = new Map<string, CacheEntry>();
  let facts: readonly LoraFacts[] = [];
  let running: Promise<void> | undefined;
  let again = false;
  let disposed = false;
  let retry: NodeJS.Timeout | undefined;
  let watcher: FolderWatcher | undefined;

  async function scan(): Promise<void> {
    const files: FoundFile[] = [];
    const seen = new Set<string>();
    const entered: string[] = [];
    for (const folder of folders) {
      const walk = await walkFolder(folder);
      entered.push(...walk.folders);
      for (const file of walk.files) {
        if (seen.has(file.path)) continue;
        seen.add(file.path);
        files.push(file);
      }
    }
    if (disposed) return;
    watcher?.set(folders, entered);

    const next = new Map<string, CacheEntry>();
    let changed = entries.size !== files.length;
    let unfinished = 0;
    await forEachLimited(files, PARALLEL, async (file) => {
      if (disposed) return;
      const stamp = await stampOf(file);
      if (!stamp) return;
      const old = entries.get(file.path);
      if (old?.key === stamp.key) {
        next.set(file.path, old);
        return;
      }
      const found = await indexFile(file, stamp, indexing);
      changed = true;
      if (mayBeUnfinished(found) && (await isBeingWritten(file, stamp))) unfinished++;
      else next.set(file.path, { key: stamp.key, facts: found });
    });
    if (disposed) return;
    if (unfinished > 0) lookAgain();
    if (!changed) return;
    // The map is filled in the order of completion; facts and cache keep the order of the walk.
    entries = new Map();
    for (const { path } of files) {
      const entry = next.get(path);
      if (entry) entries.set(path, entry);
    }
    facts = [...entries.values()].map((entry) => entry.facts);
    await keep();
    announce();
  }

  /** A file is left out, instead of called broken, while it grows or while it is very young and somebody watches. */
  async function isBeingWritten(file: FoundFile, stamp: FileStamp): Promise<boolean> {
    const now = await stampOf(file);
    if (!now || now.key !== stamp.key) return true;
    return options.watch && Date.now() - stamp.modified < WRITING_MS;
  }

  function lookAgain(): void {
    if (!options.watch) return;
    clearTimeout(retry);
    retry = setTimeout(() => void refresh(), RETRY_MS);
    retry.unref();
  }

  async function keep(): Promise<void> {
    if (cacheFile !== undefined) await writeCache(cacheFile, entries, log);
  }

  function announce(): void {
    if (disposed) return;
    for (const listener of listeners) listener();
  }

  /** One scan at a time; a request during a scan causes exactly one more. */
  function refresh(): Promise<void> {
    if (disposed) return Promise.resolve();
    if (running) {
      again = true;
      return running;
    }
    running = (async () => {
      try {
        do {
          again = false;
          await scan();
        } while (again && !disposed);
      } finally {
        running = undefined;
      }
    })();
    return running;
  }

  async function start(): Promise<void> {
    if (cacheFile !== undefined) {
      entries = await readCache(cacheFile, share);
      facts = [...entries.values()].map((entry) => entry.facts);
    }
    if (options.watch) watcher = watchFolders(() => void refresh(), log);
    await refresh();
  }

  async function hashesOf(path: string): Promise<LoraHashes | undefined> {
    const entry = entries.get(path);
    if (!entry) return undefined;
    if (entry.facts.hashes?.sha256 !== undefined) return entry.facts.hashes;
    const hashed = await hashFile(path);
    if (!hashed.ok) return undefined;
    const hashes = { ...hashed.value, ...entry.facts.hashes };
    // The file may have changed while it was read; then the hashes belong to nothing any more.
    if (entries.get(path) === entry) {
      const updated = { ...entry.facts, hashes };
      entries.set(path, { key: entry.key, facts: updated });
      facts = facts.map((fact) => (fact === entry.facts ? updated : fact));
    }
    return hashes;
  }

  async function hashAll(signal?: AbortSignal): Promise<void> {
    let count = 0;
    for (const { path, status, hashes } of facts) {
      if (disposed || signal?.aborted) break;
      if (path === undefined || status === 'unread' || hashes?.sha256 !== undefined) continue;
      await hashesOf(path);
      // Hashing hours of files must not be lost to one crash.
      if (++count % 20 === 0) await keep();
    }
    if (count > 0) {
      await keep();
      announce();
    }
  }

  return {
    all: () => facts,
    refresh,
    ready: start(),
    onDidChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    hashesOf,
    hashAll,
    dispose() {
      disposed = true;
      clearTimeout(retry);
      watcher?.close();
      listeners.clear();
    },
  };
}
