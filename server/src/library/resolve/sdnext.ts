import { type Entry, NOTHING, type Program } from './entry';
import { inWalkOrder } from './natural';

/** SD.Next: by file name with dots made underscores, exact, the last file read winning. No aliases by default. */
export const sdnext: Program = {
  id: 'sdnext',
  title: 'SD.Next',
  index(entries) {
    const names = new Map<string, Entry[]>();
    for (const entry of inWalkOrder(entries, ({ path }) => path)) {
      const name = entry.stem.replaceAll('.', '_');
      names.set(name, [...(names.get(name) ?? []), entry]);
    }
    return (name) => {
      const candidates = names.get(name);
      return candidates ? { chosen: candidates.at(-1), candidates, how: 'name' } : NOTHING;
    };
  },
};
