import type { Library } from '../library/library';

/** Quiet time after a library's last change before its files are hashed, milliseconds: starting up comes first. */
const QUIET_MS = 30_000;

/** Hashes the files of libraries while nobody waits for it, so that swapped and renamed files are known as such. */
export interface BackgroundHashing {
  add(library: Library): void;
  /** Off stops what is under way, in the middle of a file if need be. */
  set(on: boolean): void;
  dispose(): void;
}

/** @param quiet milliseconds; for tests */
export function createBackgroundHashing(log: (message: string) => void, quiet = QUIET_MS): BackgroundHashing {
  const timers = new Map<Library, NodeJS.Timeout>();
  const libraries = new Set<Library>();
  let stop: AbortController | undefined;
  /** One library at a time: they may share a drive. */
  let queue = Promise.resolve();

  function soon(library: Library): void {
    if (!stop) return;
    clearTimeout(timers.get(library));
    const timer = setTimeout(() => begin(library), quiet);
    timer.unref();
    timers.set(library, timer);
  }

  function begin(library: Library): void {
    const { signal } = stop ?? {};
    if (!signal) return;
    queue = queue.then(async () => {
      if (signal.aborted) return;
      await library.ready;
      const count = await library.hashAll({ background: true, signal });
      if (count > 0) log(`${count} LoRA ${count === 1 ? 'file' : 'files'} hashed in the background.`);
    });
    queue = queue.catch((error: unknown) => log(`Hashing in the background failed: ${String(error)}`));
  }

  function end(): void {
    stop?.abort();
    stop = undefined;
    for (const timer of timers.values()) clearTimeout(timer);
    timers.clear();
  }

  return {
    add(library) {
      libraries.add(library);
      library.onDidChange(() => soon(library));
      soon(library);
    },
    set(on) {
      if (on === (stop !== undefined)) return;
      if (!on) return end();
      stop = new AbortController();
      for (const library of libraries) soon(library);
    },
    dispose() {
      end();
      libraries.clear();
    },
  };
}
