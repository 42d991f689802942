import type { LoraFacts } from '../shared/facts';
import { failure, type Result, success } from '../shared/problem';
import { asNumber, asObject, asString, asStrings, parseObject } from './metadata/json';

/** Raised when a reader of the old form would misread the new one. */
export const LOCKFILE_VERSION = 1;
export const LOCKFILE_NAME = 'sdprompt.lock.json';

/** What a lockfile pins about one LoRA. */
export interface LockedLora {
  /** As prompts write it. */
  readonly name: string;
  readonly sha256: string;
  readonly autoV3?: string;
  /** Absent when the tensors cannot decide; then `candidates` has the set. */
  readonly architecture?: string;
  readonly candidates?: readonly string[];
  readonly networkType?: string;
  readonly rank?: number;
  readonly triggerWords: readonly string[];
  readonly preferredWeight?: number;
}

/** One difference between a lockfile and the files, or between it and what the prompts use. */
export interface LockDifference {
  readonly kind: 'missing' | 'changed' | 'renamed' | 'unlocked' | 'unused';
  readonly name: string;
  /** New name of a file that was renamed. */
  readonly renamedTo?: string;
  readonly message: string;
}

/**
 * Reads a lockfile into facts with source `lockfile`, sorted by name.
 *
 * Errors: `lockfile-json`, `lockfile-version`, `lockfile-entry`.
 */
export function readLockfile(text: string): Result<LoraFacts[]> {
  const locked = parseLockfile(text);
  return locked.ok ? success(locked.value.map(factsOf)) : locked;
}

/** Reads a lockfile's entries as they are written. */
export function parseLockfile(text: string): Result<LockedLora[]> {
  const data = parseObject(text);
  if (!data) {
    return failure(
      'lockfile-json',
      `${LOCKFILE_NAME} is not valid JSON.`,
      'Write it anew with `sdprompt lock`.',
    );
  }
  if (data.version !== LOCKFILE_VERSION) {
    return failure(
      'lockfile-version',
      `${LOCKFILE_NAME} has version ${String(data.version)}; this program reads version ${LOCKFILE_VERSION}.`,
      'Update sdprompt, or write the lockfile anew with `sdprompt lock`.',
    );
  }
  const entries = asObject(data.loras);
  if (!entries) {
    return failure(
      'lockfile-entry',
      `${LOCKFILE_NAME} has no \`loras\`.`,
      'Write it anew with `sdprompt lock`.',
    );
  }
  const loras: LockedLora[] = [];
  for (const [name, value] of Object.entries(entries)) {
    const entry = asObject(value);
    const sha256 = asString(entry?.sha256);
    if (!entry || sha256 === undefined || !/^[\da-f]{64}$/.test(sha256)) {
      return failure(
        'lockfile-entry',
        `The entry "${name.slice(0, 80)}" of ${LOCKFILE_NAME} has no SHA-256.`,
        'Write it anew with `sdprompt lock`.',
      );
    }
    const candidates = asStrings(entry.candidates);
    loras.push(
      compact({
        name,
        sha256,
        autoV3: asString(entry.autoV3),
        architecture: asString(entry.architecture),
        candidates: candidates.length > 0 ? candidates : undefined,
        networkType: asString(entry.networkType),
        rank: asNumber(entry.rank),
        triggerWords: asStrings(entry.triggerWords),
        preferredWeight: asNumber(entry.preferredWeight),
      }),
    );
  }
  return success(loras.sort(byName));
}

/** The text of a lockfile: sorted, one order of fields, so that equal content is equal bytes. */
export function writeLockfile(loras: readonly LockedLora[]): string {
  const entries = [...loras].sort(byName).map(({ name, ...entry }): [string, unknown] => [
    name,
    compact({
      sha256: entry.sha256,
      autoV3: entry.autoV3,
      architecture: entry.architecture,
      candidates: entry.candidates,
      networkType: entry.networkType,
      rank: entry.rank,
      triggerWords: entry.triggerWords.length > 0 ? entry.triggerWords : undefined,
      preferredWeight: entry.preferredWeight,
    }),
  ]);
  // Numbers as names would be sorted first by an object, so the entries are written one by one.
  const body = entries.map(
    ([name, entry]) => `    ${JSON.stringify(name)}: ${indent(JSON.stringify(entry, null, 2))}`,
  );
  const loraText = body.length > 0 ? `{\n${body.join(',\n')}\n  }` : '{}';
  return `{\n  "version": ${LOCKFILE_VERSION},\n  "loras": ${loraText}\n}\n`;
}

/** Pins a file that has been hashed. Undefined without its SHA-256. */
export function lockEntry(name: string, facts: LoraFacts): LockedLora | undefined {
  const sha256 = facts.file.hashes?.sha256;
  if (sha256 === undefined) return undefined;
  return compact({
    name,
    sha256,
    autoV3: facts.file.hashes?.autoV3,
    architecture: facts.network.architecture,
    candidates:
      facts.network.architecture === undefined && facts.network.candidates.length > 0
        ? facts.network.candidates
        : undefined,
    networkType: facts.network.networkType,
    rank: facts.network.rank,
    triggerWords: facts.file.triggerWords,
    preferredWeight: facts.file.preferredWeight,
  });
}

/**
 * Compares a lockfile with the files and with the names that prompts use.
 *
 * @param used names in prompts, each with the file that the target loads for it, hashed; undefined: no file
 * @param installed every file that has been hashed, to find renamed ones by content
 */
export function checkLockfile(
  locked: readonly LockedLora[],
  used: ReadonlyMap<string, LoraFacts | undefined>,
  installed: readonly LoraFacts[] = [],
): LockDifference[] {
  const differences: LockDifference[] = [];
  const byHash = new Map(
    installed.flatMap((facts) => (facts.file.hashes?.sha256 ? [[facts.file.hashes.sha256, facts]] : [])),
  );
  const pinned = new Map(locked.map((entry) => [entry.name, entry]));
  for (const [name, facts] of [...used].sort(([left], [right]) => (left < right ? -1 : 1))) {
    const entry = pinned.get(name);
    if (!entry) {
      if (facts)
        differences.push({ kind: 'unlocked', name, message: `${name} is used but not in the lockfile.` });
      continue;
    }
    if (facts?.file.hashes?.sha256 === entry.sha256) continue;
    const other = byHash.get(entry.sha256);
    if (other && other.file.name !== name) {
      const message = `${name} was renamed: the file with its content is now called ${other.file.name}.`;
      differences.push({ kind: 'renamed', name, renamedTo: other.file.name, message });
    } else if (facts) {
      differences.push({
        kind: 'changed',
        name,
        message: `${name} is another file than the one that was locked.`,
      });
    } else {
      differences.push({
        kind: 'missing',
        name,
        message: `${name} is locked and used, but no file is installed for it.`,
      });
    }
  }
  for (const { name } of locked) {
    if (!used.has(name)) {
      differences.push({ kind: 'unused', name, message: `${name} is locked but no prompt uses it.` });
    }
  }
  return differences;
}

function factsOf(entry: LockedLora): LoraFacts {
  const candidates = entry.candidates ?? (entry.architecture === undefined ? [] : [entry.architecture]);
  return {
    file: compact({
      name: entry.name,
      relativePath: `${entry.name}.safetensors`,
      source: 'lockfile' as const,
      triggerWords: entry.triggerWords,
      preferredWeight: entry.preferredWeight,
      hashes: compact({ sha256: entry.sha256, autoV2: entry.sha256.slice(0, 10), autoV3: entry.autoV3 }),
    }),
    network: compact({
      status: 'ok' as const,
      kind: 'lora',
      networkType: entry.networkType,
      architecture: entry.architecture,
      candidates,
      reason: `${LOCKFILE_NAME} says so.`,
      rank: entry.rank,
      modules: {},
      triggerSource: entry.triggerWords.length > 0 ? LOCKFILE_NAME : undefined,
    }),
  };
}

function byName(left: { name: string }, right: { name: string }): number {
  return left.name < right.name ? -1 : left.name > right.name ? 1 : 0;
}

function indent(text: string): string {
  return text.replaceAll('\n', '\n    ');
}

function compact<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T;
}
