import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import type { GenerationPlan } from '../../shared/plan';
import type { Picture } from './plans';

/** The file beside the pictures that says which plan each of them was drawn from. */
const JOURNAL = '.sdprompt-render.json';

/** What an earlier run wrote into a folder. */
export interface Journal {
  /** The picture of a plan, where one was written and is still there. */
  pictureOf(key: string): string | undefined;
  add(key: string, file: string): Promise<void>;
}

/** Reads the journal of a folder; one that is not there or damaged is empty. */
export async function openJournal(folder: string): Promise<Journal> {
  const file = path.join(folder, JOURNAL);
  const entries = new Map<string, string>();
  try {
    const stored: unknown = JSON.parse(await readFile(file, 'utf8'));
    for (const [key, name] of Object.entries((stored as { pictures?: object } | null)?.pictures ?? {}))
      if (typeof name === 'string' && (await isFile(path.resolve(folder, name)))) entries.set(key, name);
  } catch {
    // The first run in this folder.
  }
  return {
    pictureOf(key) {
      const name = entries.get(key);
      return name === undefined ? undefined : path.resolve(folder, name);
    },
    async add(key, written) {
      entries.set(key, path.relative(folder, written));
      await writeFileAtomic(
        file,
        `${JSON.stringify({ version: 1, pictures: Object.fromEntries(entries) }, null, 1)}\n`,
      ).catch(() => undefined);
    },
  };
}

/**
 * A key for each picture: the hash of what is drawn, whichever engine draws it. A seed that was drawn does not count, since the
 * next run draws another; pictures that are alike but for it are numbered.
 */
export function planKeys(pictures: readonly Picture[]): string[] {
  const seen = new Map<string, number>();
  return pictures.map((picture) => {
    const [plan] = picture.plans.values();
    const hash = plan ? planHash(plan, picture.isSeedDrawn) : '';
    const number = (seen.get(hash) ?? 0) + 1;
    seen.set(hash, number);
    return number === 1 ? hash : `${hash}-${number}`;
  });
}

/** SHA-256 of what a plan draws: texts, parameters, strengths and files by name. Engine and infotext are no part of it. */
export function planHash(plan: GenerationPlan, withoutSeed = false): string {
  const { engine: _, infotext: __, ...drawn } = plan;
  const text = JSON.stringify(drawn, (key, value: unknown) => {
    if (withoutSeed && key === 'seed') return null;
    // Paths and the server's names differ from engine to engine; the names of the plan do not.
    return key === 'path' || key === 'hash' || key === 'architecture' ? undefined : value;
  });
  return createHash('sha256').update(text).digest('hex');
}

async function isFile(file: string): Promise<boolean> {
  return stat(file).then(
    (found) => found.isFile(),
    () => false,
  );
}
