import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import type { Environment } from '../../language/environment';
import type { RuleSettings } from '../../language/rules/rule';
import type { PlacedFinding } from '../report';

/** Findings of earlier runs, by everything that they depend on. */
export interface LintCache {
  /** The findings of a file's bytes under a state of the world; undefined when they have to be found. */
  get(file: string, key: string): readonly PlacedFinding[] | undefined;
  set(file: string, key: string, findings: readonly PlacedFinding[]): void;
  /** Writes the entries that this run has used, beside those of files that are still there. */
  save(): Promise<void>;
}

interface Stored {
  readonly version: 1;
  readonly files: Readonly<
    Record<string, { readonly key: string; readonly findings: readonly PlacedFinding[] }>
  >;
}

/** Opens a cache file; one that is missing, damaged or of another form is an empty cache. */
export function openLintCache(location: string): LintCache {
  const entries = new Map(Object.entries(readStored(location)));
  const folder = path.dirname(location);
  const nameOf = (file: string) => path.relative(folder, file).split(path.sep).join('/');
  let isChanged = false;
  return {
    get(file, key) {
      const entry = entries.get(nameOf(file));
      return entry?.key === key ? entry.findings : undefined;
    },
    set(file, key, findings) {
      entries.set(nameOf(file), { key, findings });
      isChanged = true;
    },
    async save() {
      if (!isChanged) return;
      const kept = [...entries].filter(([name]) => exists(path.resolve(folder, name)));
      const stored: Stored = { version: 1, files: Object.fromEntries(kept) };
      await writeFileAtomic(location, `${JSON.stringify(stored)}\n`);
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

/** The key of a file's content, read in a certain way. */
export function contentKey(state: string, kind: string, bytes: Uint8Array): string {
  return createHash('sha256').update(`${state} ${kind}\n`).update(bytes).digest('base64url');
}

/** A program that was built anew may find other things although its version is the same. */
function programStamp(): string {
  const { size, mtimeMs } = statSync(__filename);
  return `${size} ${mtimeMs}`;
}

function readStored(location: string): Stored['files'] {
  try {
    const stored: Partial<Stored> | null = JSON.parse(readFileSync(location, 'utf8'));
    return stored?.version === 1 && typeof stored.files === 'object' ? stored.files : {};
  } catch {
    return {};
  }
}

function exists(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false }) !== undefined;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
