import { createLibrary, type Library } from '../library/library';
import { createBackgroundHashing } from './backgroundHashing';

/** The libraries of a process, one for each list of folders that some configuration names. */
export interface Libraries {
  of(folders: readonly string[]): Library;
  all(): readonly Library[];
  onDidChange(listener: () => void): void;
  /** Whether files are hashed while nobody waits for it. Off at first. */
  hashInBackground(on: boolean): void;
  dispose(): void;
}

export function createLibraries(options: {
  readonly cachePath?: string;
  readonly watch: boolean;
  readonly log: (message: string) => void;
}): Libraries {
  const libraries = new Map<string, Library>();
  const listeners = new Set<() => void>();
  const hashing = createBackgroundHashing(options.log);
  return {
    of(folders) {
      const key = folders.join('\0');
      let library = libraries.get(key);
      if (!library) {
        library = createLibrary({ folders: [...folders], ...options });
        library.onDidChange(() => {
          for (const listener of listeners) listener();
        });
        libraries.set(key, library);
        hashing.add(library);
      }
      return library;
    },
    all: () => [...libraries.values()],
    onDidChange: (listener) => void listeners.add(listener),
    hashInBackground: hashing.set,
    dispose() {
      hashing.dispose();
      for (const library of libraries.values()) library.dispose();
      libraries.clear();
      listeners.clear();
    },
  };
}

/**
 * Waits for a library's first scan, at most so many milliseconds. False: it is still at it. Who does not wait for ever
 * is served from the index of an earlier run, where there is one, and told when the scan finds something else.
 */
export async function scanned(library: Library, budget: number): Promise<boolean> {
  if (budget === Number.POSITIVE_INFINITY) {
    await library.ready;
    return true;
  }
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), budget);
  });
  const remembered = library.remembered.then((there) => there || library.ready.then(() => true));
  const done = await Promise.race([remembered, late]);
  clearTimeout(timer);
  return done;
}
