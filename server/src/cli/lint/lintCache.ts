import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Environment } from '../../language/environment';
import type { RuleSettings } from '../../language/rules/rule';
import type { Problem } from '../../shared/problem';
import type { PlacedFinding } from '../report';
import { rewriteWhole } from '../writeWhole';

/** Findings of earlier runs, by everything that they depend on. */
export interface LintCache {
  /** The findings of a file that was not written since, by its size and time, and without reading it. */
  untouched(file: string, state: string): Known | undefined;
  /** The findings of a file's bytes under a state of the world; undefined when they have to be found. */
  get(file: string, state: string, bytes: Uint8Array): readonly PlacedFinding[] | undefined;
  set(file: string, state: string, bytes: Uint8Array, findings: readonly PlacedFinding[]): void;
  /**
   * Writes the entries that this run has used, beside those of files that are still there. Gives back why that was not
   * possible: `cache-foreign` for a file that is no cache, which is left alone, `link-outside`, `cannot-write`.
   */
  save(): Promise<Problem | undefined>;
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
  const found = readStored(location);
  const stored = found ?? NOTHING;
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
      if (!isChanged) return undefined;
      const shown = path.basename(location);
      if (!found)
        return {
          code: 'cache-foreign',
          message: `${shown} is not a cache of sdprompt; it was left as it is, and no findings were kept.`,
          remedy: 'Name another file with --cache-location, or remove this one.',
        };
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
      const written = await rewriteWhole(location, `${JSON.stringify(whole)}\n`, shown);
      return written.ok ? undefined : written.problem;
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

const NOTHING: Pick<Stored, 'states' | 'files'> = { states: [], files: {} };

/** What a cache file holds; nothing where there is none, it is empty or of an older form. Undefined: it is no cache. */
function readStored(location: string): Pick<Stored, 'states' | 'files'> | undefined {
  let text: string;
  try {
    text = readFileSync(location, 'utf8');
  } catch {
    return NOTHING;
  }
  // A damaged cache is one as long as it begins like one.
  const isOurs = text.trim() === '' || /^\s*\{\s*"version":\s*\d+,\s*"(states|files)":/.test(text);
  try {
    const stored: Partial<Stored> | null = JSON.parse(text);
    const { version, states, files } = stored ?? {};
    if (version === 2 && isTexts(states) && isObject(files))
      return {
        states,
        files: Object.fromEntries(Object.entries(files).filter(([, entry]) => isEntry(entry))),
      };
  } catch {
    // Cut off or damaged: begun anew.
  }
  return isOurs ? NOTHING : undefined;
}

function isEntry(entry: unknown): entry is Entry {
  return (
    isObject(entry) &&
    Number.isInteger(entry.state) &&
    typeof entry.content === 'string' &&
    typeof entry.stamp === 'string' &&
    Array.isArray(entry.findings) &&
    entry.findings.every(isFinding)
  );
}

const SEVERITIES: ReadonlySet<unknown> = new Set(['error', 'warning', 'info', 'hint']);
const PLACES = ['line', 'column', 'endLine', 'endColumn'];

function isFinding(finding: unknown): finding is PlacedFinding {
  return (
    isObject(finding) &&
    SEVERITIES.has(finding.severity) &&
    typeof finding.message === 'string' &&
    PLACES.every((place) => Number.isInteger(finding[place]))
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((text) => typeof text === 'string');
}

function exists(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false }) !== undefined;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
