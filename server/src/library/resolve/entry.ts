import type { LoraFacts } from '../../shared/facts';

/** A file as the resolvers see it: how it can be called. */
export interface Entry {
  readonly facts: LoraFacts;
  /** Relative path with `/` and extension. */
  readonly path: string;
  /** Relative path without extension. */
  readonly stemPath: string;
  /** File name without extension. */
  readonly stem: string;
  /** `ss_output_name`, or the stem. */
  readonly alias: string;
}

/** What a program loads for a name. */
export interface Choice {
  readonly chosen?: Entry;
  /** Every file that the program's rule would accept for the name, the chosen one included. */
  readonly candidates: readonly Entry[];
  readonly how?: 'name' | 'alias' | 'path';
}

/** How one program turns the name in a prompt into a file. */
export interface Program {
  /** Stable id, as in test data: `a1111_1.8+`, `krita` … */
  readonly id: string;
  readonly title: string;
  /** Prepares a list of files once; the result answers any number of names. */
  index(entries: readonly Entry[]): (name: string) => Choice;
}

export const NOTHING: Choice = { candidates: [] };

/** Entries of a library, in the order given. */
export function entriesOf(facts: readonly LoraFacts[]): Entry[] {
  return facts.map((fact) => {
    const path = fact.file.relativePath.replaceAll('\\', '/');
    const stemPath = path.replace(/\.[^./]+$/, '');
    const stem = stemPath.slice(stemPath.lastIndexOf('/') + 1);
    return { facts: fact, path, stemPath, stem, alias: fact.file.alias || stem };
  });
}

/** The same entries with every name in Unicode's composed form. */
export function composed(entries: readonly Entry[]): Entry[] {
  return entries.map((entry) => ({
    facts: entry.facts,
    path: entry.path.normalize('NFC'),
    stemPath: entry.stemPath.normalize('NFC'),
    stem: entry.stem.normalize('NFC'),
    alias: entry.alias.normalize('NFC'),
  }));
}

/** A choice among matches where the first one wins; a safetensors file comes before a pickle of the same name. */
export function firstOf(matches: readonly Entry[], how: Choice['how']): Choice {
  if (matches.length === 0) return NOTHING;
  const chosen = matches.find(({ path }) => path.endsWith('.safetensors')) ?? matches[0];
  return { chosen, candidates: matches, how };
}

/** Groups entries by a key, keeping their order. */
export function groupBy(entries: readonly Entry[], key: (entry: Entry) => string): Map<string, Entry[]> {
  const groups = new Map<string, Entry[]>();
  for (const entry of entries) {
    const name = key(entry);
    const group = groups.get(name);
    if (group) group.push(entry);
    else groups.set(name, [entry]);
  }
  return groups;
}
