import * as path from 'node:path';
import type { Files } from '../files';
import { CONFIG_NAMES } from './configuration';

/** The lockfile's name, beside the configuration file. */
export const LOCK_NAME = 'sdprompt.lock.json';

/** What walking up from a folder found; each the nearest of its kind. */
export interface Discovered {
  readonly config?: string;
  readonly lockfile?: string;
}

/** Walks up from folders and remembers every folder it has seen, so that a thousand files of one folder cost one walk. */
export interface Discovery {
  from(folder: string): Promise<Discovered>;
  clear(): void;
}

export function createDiscovery(files: Files): Discovery {
  const seen = new Map<string, Promise<Discovered>>();

  const from = (folder: string): Promise<Discovered> => {
    let found = seen.get(folder);
    if (!found) {
      found = look(folder);
      seen.set(folder, found);
    }
    return found;
  };

  async function look(folder: string): Promise<Discovered> {
    const [config, lockfile] = await Promise.all([
      firstFile(folder, CONFIG_NAMES),
      firstFile(folder, [LOCK_NAME]),
    ]);
    const parent = path.dirname(folder);
    // A configuration file ends the walk: the lockfile that goes with it lies beside it.
    if (config !== undefined || parent === folder) return { config, lockfile };
    const above = await from(parent);
    return { config: above.config, lockfile: lockfile ?? above.lockfile };
  }

  async function firstFile(folder: string, names: readonly string[]): Promise<string | undefined> {
    const candidates = names.map((name) => path.join(folder, name));
    const kinds = await Promise.all(candidates.map((candidate) => files.kind(candidate)));
    return candidates.find((_, index) => kinds[index] === 'file');
  }

  return { from, clear: () => seen.clear() };
}
