import { firstOf, type Program } from './entry';

/**
 * SwarmUI: the path without `.safetensors`, case, spaces and square brackets; else the shortest path that has the name
 * in it.
 */
export const swarmui: Program = {
  id: 'swarmui',
  title: 'SwarmUI',
  index(entries) {
    const plain = entries.map((entry) => ({ entry, text: simplify(entry.path) }));
    return (name) => {
      const wanted = simplify(name.replaceAll('\\', '/'));
      const exact = plain.filter(({ text }) => text === wanted);
      if (exact.length > 0)
        return firstOf(
          exact.map(({ entry }) => entry),
          'name',
        );
      const holding = plain.filter(({ text }) => text.includes(wanted));
      const shortest = Math.min(...holding.map(({ text }) => text.length));
      const best = holding.filter(({ text }) => text.length === shortest).map(({ entry }) => entry);
      return { ...firstOf(best, 'path'), candidates: holding.map(({ entry }) => entry) };
    };
  },
};

function simplify(text: string): string {
  return text
    .toLowerCase()
    .replace(/\.safetensors$/, '')
    .replace(/[ [\]]/g, '')
    .trim();
}
