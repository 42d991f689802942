import { firstOf, type Program } from './entry';

/** Krita AI Diffusion: the file name or the path without extension, without case, the first file winning. */
export const krita: Program = {
  id: 'krita',
  title: 'Krita AI Diffusion',
  index(entries) {
    return (name) => {
      const wanted = name.toLowerCase();
      const matches = entries.filter(
        ({ stem, stemPath }) => stem.toLowerCase() === wanted || stemPath.toLowerCase() === wanted,
      );
      return firstOf(matches, matches[0]?.stem.toLowerCase() === wanted ? 'name' : 'path');
    };
  },
};
