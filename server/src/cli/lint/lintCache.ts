import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import type { Environment } from '../../language/environment';
import type { RuleSettings } from '../../language/rules/rule';
import type { PlacedFinding } from '../report';

/** Findings of earlier runs, by everything that they depend on. */
export interface LintCache {
  /** The findings of a file that was not written since, by its size and time, and without reading it. */
  untouched(file: string, state: string): Known | undefined;
  /** The findings of a file's bytes under a state of the world; undefined when they have to be found. */
  get(file: string, state: string, bytes: Uint8Array): readonly PlacedFinding[] | undefined;
  set(file: string, state: string, bytes: Uint8Array, findings: readonly PlacedFinding[]): void;
  /** Writes the entries that this run has used, beside those of files that are still there. */
  save(): Promise<void>;
}

export interface Known {
  readonly findings: readonly PlacedFinding[];
  /** Size of the file. */
  readonly bytes: number;
}

interface Entry {
  /** Index of what findings depend on besides the content: thousands of files share a few. */
  readonly state: number;
  /** Digest of the content. */
  readonly content: string;
  /** Size and time of the file; empty where they tell too little. */
  readonly stamp: string;
  readonly findings: readonly PlacedFinding[];
}

interface Stored {
  readonly version: 2;
  readonly states: readonly string[];
  readonly files: Readonly<Record<string, Entry>>;
}

/** A file written this shortly before it was read may be written again without looking any different. */
const TOO_FRESH_MS = 2000;

/** Opens a cache file; one that is missing, damaged or of another form is an empty cache. */
export function openLintCache(location: string): LintCache {
  const stored = readStored(location);
  const states = new Map(stored.states.map((state, index) => [state, index]));
  const entries = new Map(Object.entries(stored.files));
  const folder = path.dirname(location);
  const nameOf = (file: string) => path.relative(folder, file).split(path.sep).join('/');
  let isChanged = false;

  /** The index of a state, which is a new one where it was never met. */
  function indexOf(state: string): number {
    const index = states.get(state) ?? states.size;
    states.set(state, index);
    return index;
  }

  function entryOf(file: string, state: string): Entry | undefined {
    const entry = entries.get(nameOf(file));
    return entry?.state === states.get(state) && Array.isArray(entry?.findings) ? entry : undefined;
  }

  function keep(file: string, entry: Omit<Entry, 'stamp'>): void {
    const stats = statSync(file, { throwIfNoEntry: false });
    const isSettled = stats && Date.now() - stats.mtimeMs > TOO_FRESH_MS;
    entries.set(nameOf(file), { ...entry, stamp: isSettled ? stampOf(stats) : '' });
    isChanged = true;
  }

  return {
    untouched(file, state) {
      const entry = entryOf(file, state);
      if (!entry?.stamp) return undefined;
      const stats = statSync(file, { throwIfNoEntry: false });
      return stats && stampOf(stats) === entry.stamp
        ? { findings: entry.findings, bytes: stats.size }
        : undefined;
    },
    get(file, state, bytes) {
      const entry = entryOf(file, state);
      if (entry?.content !== digestOf(bytes)) return undefined;
      keep(file, entry);
      return entry.findings;
    },
    set: (file, state, bytes, findings) =>
      keep(file, { state: indexOf(state), content: digestOf(bytes), findings }),
    async save() {
      if (!isChanged) return;
      const kept = [...entries].filter(([name]) => exists(path.resolve(folder, name)));
      const used = [...new Set(kept.map(([, { state }]) => state))];
      const names = [...states.keys()];
      const whole: Stored = {
        version: 2,
        states: used.map((state) => names[state] ?? ''),
        files: Object.fromEntries(
          kept.map(([name, entry]) => [name, { ...entry, state: used.indexOf(entry.state) }]),
        ),
      };
      await writeFileAtomic(location, `${JSON.stringify(whole)}\n`);
    },
  };
}

/**
 * A digest of all that findings depend on besides the text: the program, the rules' settings, the installed LoRAs, the
 * models, the lockfile. Environments are plain data; their functions follow from it.
 */
export function createStateDigest(version: string) {
  const program = `${version} ${programStamp()}`;
  const known = new WeakMap<Environment, Map<RuleSettings, string>>();
  return (environment: Environment, settings: RuleSettings): string => {
    let bySettings = known.get(environment);
    if (!bySettings) {
      bySettings = new Map();
      known.set(environment, bySettings);
    }
    let digest = bySettings.get(settings);
    if (digest === undefined) {
      digest = sha256(JSON.stringify([program, environment, settings]));
      bySettings.set(settings, digest);
    }
    return digest;
  };
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64url');
}

function stampOf({ size, mtimeMs }: { readonly size: number; readonly mtimeMs: number }): string {
  return `${size} ${mtimeMs}`;
}

/** A program that was built anew may find other things although its version is the same. */
function programStamp(): string {
  const { size, mtimeMs } = statSync(__filename);
  return `${size} ${mtimeMs}`;
}

function readStored(location: string): Pick<Stored, 'states' | 'files'> {
  const nothing = { states: [], files: {} };
  try {
    const stored: Partial<Stored> | null = JSON.parse(readFileSync(location, 'utf8'));
    const { version, states, files } = stored ?? {};
    return version === 2 && Array.isArray(states) && typeof files === 'object' && files
      ? { states, files }
      : nothing;
  } catch {
    return nothing;
  }
}

function exists(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false }) !== undefined;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
