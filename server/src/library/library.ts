import { dirname } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { LoraFacts, LoraHashes } from '../shared/facts';
import { type CacheEntry, cacheFileOf, readCache, writeCache } from './cache';
import { createDrives, type Drive, isLocalFolder } from './drive';
import { createScratch } from './fileSource';
import type { FileWork } from './fileWork';
import { hashFile } from './hashes';
import { type Indexing, indexFile, mayBeUnfinished } from './indexFile';
import { forEachLimited } from './pool';
import { createSharing } from './sharing';
import { type FileStamp, stampOf } from './stamp';
import { createStructureMemo } from './structureMemo';
import { type FoundFile, walkFolder } from './walk';
import { type FolderWatcher, watchFolders } from './watch';

export interface LibraryOptions {
  /** Absolute paths, in order of precedence. One that does not exist yet is noticed when it appears. */
  readonly folders: readonly string[];
  /** Folder (or `.json` file) of the index between runs; absent: no index is written. */
  readonly cachePath?: string;
  /** Follow changes on disk. Without it, `refresh` looks again. */
  readonly watch: boolean;
  readonly log: (message: string) => void;
}

/** What is installed in some folders: facts of every file from its header, updated when files change. */
export interface Library {
  /** In the order the web UI reads the files: folder by folder, each naturally sorted. */
  all(): readonly LoraFacts[];
  /** Looks at the disk again; only files that changed are read. */
  refresh(): Promise<void>;
  /**
   * After the index of an earlier run was read. True: there was one, and `all` answers from it before the disk has
   * been looked at; what has changed since is announced.
   */
  readonly remembered: Promise<boolean>;
  /** After the first look at the disk. */
  readonly ready: Promise<void>;
  /** Called after facts have changed; returns a function that stops the calls. */
  onDidChange(listener: () => void): () => void;
  /** Hashes of a file of the library, computed once and cached; reads the whole file. Undefined when it is unreadable. */
  hashesOf(path: string): Promise<LoraHashes | undefined>;
  /** Hashes files that have no hashes yet, one at a time, until aborted; returns how many. */
  hashAll(options?: HashOptions): Promise<number>;
  dispose(): void;
}

export interface HashOptions {
  readonly signal?: AbortSignal;
  /** Which files; absent: all. */
  readonly only?: (facts: LoraFacts) => boolean;
  /** Pauses longer than it works, and skips files on network drives. */
  readonly background?: boolean;
  /** Told before each file is read. */
  readonly onFile?: (facts: LoraFacts) => void;
}

/** In the background, rests so many times as long as hashing the last file took, at most so many milliseconds. */
const REST = 3;
const MAX_REST_MS = 20_000;

/** Files looked at in parallel: enough to hide a network drive's delay, few enough to leave threads for others. */
const PARALLEL = 8;
/** A file younger than this that looks cut short is probably still being written, milliseconds. */
const WRITING_MS = 20_000;
/** Pause before such a file is looked at again, milliseconds. */
const RETRY_MS = 1_500;

/** A file that was looked at. */
interface Seen {
  readonly stamp: FileStamp;
  /** Absent: nothing has changed since it was read. */
  readonly found?: LoraFacts;
}

export function createLibrary(options: LibraryOptions): Library {
  const { folders, log } = options;
  const cacheFile = options.cachePath === undefined ? undefined : cacheFileOf(options.cachePath, folders);
  const indexing: Indexing = { memo: createStructureMemo(), scratch: createScratch() };
  const drives = createDrives();
  const sharing = createSharing();
  const listeners = new Set<() => void>();
  const hashing = new Map<string, Promise<LoraHashes | undefined>>();
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
      for (const folder of walk.folders) entered.push(folder);
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
      const drive = await drives.of(file.device, file.folder);
      const old = entries.get(file.path);
      const seen = await drive.run(look(file, old));
      if (!seen) return;
      const { stamp, found } = seen;
      if (!found) {
        if (old) next.set(file.path, old);
        return;
      }
      changed = true;
      if (mayBeUnfinished(found) && (await isBeingWritten(file, stamp, drive))) unfinished++;
      else {
        const network = sharing.network(found.network);
        next.set(file.path, { key: stamp.key, facts: { file: found.file, network } });
      }
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
    facts = Array.from(entries.values(), (entry) => entry.facts);
    await keep();
    announce();
  }

  function* look(file: FoundFile, old: CacheEntry | undefined): FileWork<Seen | undefined> {
    const stamp = yield* stampOf(file);
    if (!stamp || stamp.key === old?.key) return stamp && { stamp };
    return { stamp, found: yield* indexFile(file, stamp, indexing) };
  }

  /** A file is left out, instead of called broken, while it grows or, where changes are followed, while it is new. */
  async function isBeingWritten(file: FoundFile, stamp: FileStamp, drive: Drive): Promise<boolean> {
    const now = await drive.run(stampOf(file));
    if (!now || now.key !== stamp.key) return true;
    return options.watch && Date.now() - stamp.modified < WRITING_MS;
  }

  function lookAgain(): void {
    if (!options.watch) return;
    clearTimeout(retry);
    retry = globalThis.setTimeout(() => void refresh(), RETRY_MS);
    retry.unref();
  }

  async function keep(): Promise<void> {
    if (cacheFile !== undefined) await writeCache(cacheFile, folders, entries, log);
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

  async function remember(): Promise<boolean> {
    if (cacheFile === undefined) return false;
    entries = await readCache(cacheFile, sharing);
    facts = Array.from(entries.values(), (entry) => entry.facts);
    return entries.size > 0;
  }

  async function start(): Promise<void> {
    await remembered;
    if (options.watch) watcher = watchFolders(() => void refresh(), log);
    await refresh();
  }

  /** A file that two ask about at once is read once. */
  function hashesOf(path: string, signal?: AbortSignal): Promise<LoraHashes | undefined> {
    const entry = entries.get(path);
    if (!entry || entry.facts.file.hashes?.sha256 !== undefined)
      return Promise.resolve(entry?.facts.file.hashes);
    let running = hashing.get(path);
    if (!running) {
      running = hashEntry(path, entry, signal).finally(() => hashing.delete(path));
      hashing.set(path, running);
    }
    return running;
  }

  async function hashEntry(
    path: string,
    entry: CacheEntry,
    signal: AbortSignal | undefined,
  ): Promise<LoraHashes | undefined> {
    const hashed = await hashFile(path, { signal });
    if (!hashed.ok) return undefined;
    const hashes = { ...hashed.value, ...entry.facts.file.hashes };
    // The file may have changed while it was read; then the hashes belong to nothing any more.
    if (entries.get(path) === entry) {
      const updated = { ...entry.facts, file: { ...entry.facts.file, hashes } };
      entries.set(path, { ...entry, facts: updated });
      facts = facts.map((fact) => (fact === entry.facts ? updated : fact));
    }
    return hashes;
  }

  async function hashAll({ signal, only, background, onFile }: HashOptions = {}): Promise<number> {
    const locals = new Map<string, Promise<boolean>>();
    const isLocal = (folder: string): Promise<boolean> => {
      const known = locals.get(folder) ?? isLocalFolder(folder);
      locals.set(folder, known);
      return known;
    };
    let count = 0;
    for (const {
      file: { path },
    } of facts.filter(
      ({ network: { status }, file: { hashes } }) => status === 'ok' && hashes?.sha256 === undefined,
    )) {
      if (disposed || signal?.aborted) break;
      const entry = path === undefined ? undefined : entries.get(path);
      if (path === undefined || !entry || only?.(entry.facts) === false) continue;
      if (background && !(await isLocal(dirname(path)))) continue;
      onFile?.(entry.facts);
      const start = performance.now();
      if (!(await hashesOf(path, signal))) continue;
      // Hashing hours of files must not be lost to one crash.
      if (++count % 20 === 0) await keep();
      if (background) await rest(Math.min(MAX_REST_MS, REST * (performance.now() - start)), signal);
    }
    if (count > 0 && !disposed) {
      await keep();
      announce();
    }
    return count;
  }

  const remembered = remember();
  return {
    all: () => facts,
    refresh,
    remembered,
    ready: start(),
    onDidChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    hashesOf: (path) => hashesOf(path),
    hashAll,
    dispose() {
      disposed = true;
      clearTimeout(retry);
      watcher?.close();
      listeners.clear();
    },
  };
}

/** Waits unless aborted; the process may exit meanwhile. */
async function rest(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  await setTimeout(milliseconds, undefined, { ref: false, ...(signal && { signal }) }).catch(() => undefined);
}
