import { type Choice, type Entry, NOTHING, type Program } from './entry';
import { inWalkOrder } from './natural';

/** The web UI's tables after it has read every file in order: later files overwrite earlier ones. */
interface Tables {
  readonly names: Map<string, Entry>;
  readonly aliases: Map<string, Entry>;
  /** Aliases that stand for their file's name only, lower case. */
  readonly forbidden: Set<string>;
}

function readAll(entries: readonly Entry[]): Tables {
  // "Addams" is written with a capital in the web UI and so never matches a lower-cased name.
  const tables: Tables = { names: new Map(), aliases: new Map(), forbidden: new Set(['none', 'Addams']) };
  for (const entry of inWalkOrder(entries, ({ path }) => path)) {
    tables.names.set(entry.stem, entry);
    if (tables.aliases.has(entry.alias)) tables.forbidden.add(entry.alias.toLowerCase());
    tables.aliases.set(entry.stem, entry);
    tables.aliases.set(entry.alias, entry);
  }
  return tables;
}

function choose(entries: readonly Entry[], chosen: Entry | undefined, name: string): Choice {
  if (!chosen) return NOTHING;
  const candidates = entries.filter(({ stem, alias }) => stem === name || alias === name);
  return { chosen, candidates, how: chosen.stem === name ? 'name' : 'alias' };
}

/** AUTOMATIC1111's web UI from 1.8 on, and Forge: by alias, but by file name where the alias is forbidden. */
export const a1111: Program = {
  id: 'a1111_1.8+',
  title: 'AUTOMATIC1111 1.8 and later',
  index(entries) {
    const { names, aliases, forbidden } = readAll(entries);
    return (name) =>
      choose(entries, forbidden.has(name.toLowerCase()) ? names.get(name) : aliases.get(name), name);
  },
};

/** Before 1.8: by alias alone, which loads the wrong file where two share one. */
export const a1111Old: Program = {
  id: 'a1111_pre_1.8',
  title: 'AUTOMATIC1111 before 1.8',
  index(entries) {
    const { aliases } = readAll(entries);
    return (name) => choose(entries, aliases.get(name), name);
  },
};

/** The text the web UI's card inserts for each file, by the setting "When adding to prompt, refer to Lora by". */
export function cardNames(entries: readonly Entry[]): Map<Entry, { alias: string; fileName: string }> {
  const { forbidden } = readAll(entries);
  return new Map(
    entries.map((entry) => [
      entry,
      {
        alias: forbidden.has(entry.alias.toLowerCase()) ? entry.stem : entry.alias,
        fileName: entry.stem,
      },
    ]),
  );
}
