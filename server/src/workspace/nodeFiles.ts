import { type Dirent, readdirSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import * as path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { call, type FileWork, runLater, runNow, statsOf, textOf } from '../library/fileWork';
import type { Files, FolderEntry } from './files';
import { MAX_TEXT_BYTES } from './limits';

/** The real file system, with asynchronous calls. Whatever cannot be read counts as absent: a project is full of such files. */
export const nodeFiles: Files = filesBy(runLater);

/** Pieces of work between two looks at whether the user has pressed Ctrl+C. */
const RUNS_IN_A_ROW = 64;

/**
 * As `nodeFiles`, with blocking calls: a command has nothing else to do meanwhile, and for small files and folders the
 * thread pool takes several times as long as the disk.
 */
export function createBlockingFiles(): Files {
  let runs = 0;
  return filesBy(async (work) => {
    if (++runs % RUNS_IN_A_ROW === 0) await setImmediate();
    return runNow(work);
  });
}

function filesBy(run: <T>(work: FileWork<T>) => Promise<T>): Files {
  return {
    readText: (file) => run(readText(file)),
    kind: (file) => run(kindOf(file)),
    list: (folder) => run(list(folder)),
  };
}

function* readText(file: string): FileWork<string | undefined> {
  return (yield* textOf(file, MAX_TEXT_BYTES))?.replace(/^\ufeff/, '');
}

function* kindOf(file: string): FileWork<FolderEntry['kind'] | undefined> {
  const stats = yield* statsOf(file);
  if (stats?.isFile()) return 'file';
  return stats?.isDirectory() ? 'folder' : undefined;
}

function* list(folder: string): FileWork<readonly FolderEntry[]> {
  let entries: Dirent[];
  try {
    entries = yield* call(
      () => readdirSync(folder, { withFileTypes: true }),
      () => readdir(folder, { withFileTypes: true }),
    );
  } catch {
    return [];
  }
  const known: FolderEntry[] = [];
  for (const entry of entries.sort(byName)) {
    // Links to files are followed; links to folders are not, so that a walk always ends.
    const kind = entry.isSymbolicLink()
      ? yield* fileBehindLink(path.join(folder, entry.name))
      : kindOfEntry(entry);
    if (kind) known.push({ name: entry.name, kind });
  }
  return known;
}

/** The order of `Files.list`. */
function byName(a: Dirent, b: Dirent): number {
  return a.name < b.name ? -1 : 1;
}

/** What an entry that is no link is; undefined for devices and the like. */
function kindOfEntry(entry: Dirent): FolderEntry['kind'] | undefined {
  if (entry.isDirectory()) return 'folder';
  return entry.isFile() ? 'file' : undefined;
}

function* fileBehindLink(link: string): FileWork<'file' | undefined> {
  return (yield* statsOf(link))?.isFile() ? 'file' : undefined;
}
