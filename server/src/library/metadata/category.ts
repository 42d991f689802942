import { remembered } from '../remembered';

/** Civitai's categories, with other words for them that people use for folders. */
const CATEGORIES: readonly (readonly [category: string, words: RegExp])[] = [
  ['character', /^(?:characters?|chars?|people|persons?|girls?|boys?|celebrit(?:y|ies))$/],
  ['style', /^(?:styles?|art ?styles?|artists?)$/],
  ['clothing', /^(?:clothing|clothes|outfits?|costumes?|fashion)$/],
  ['concept', /^concepts?$/],
  ['poses', /^poses?$/],
  ['background', /^(?:backgrounds?|sceneries|scenery|scenes?)$/],
  ['buildings', /^(?:buildings?|architecture)$/],
  ['vehicle', /^(?:vehicles?|cars?)$/],
  ['objects', /^(?:objects?|items?|weapons?)$/],
  ['animal', /^animals?$/],
  ['action', /^actions?$/],
  ['tool', /^(?:tools?|sliders?|utilit(?:y|ies)|details?)$/],
  ['assets', /^assets?$/],
];

/** Longer than any word for a category. */
const MAX_TAG = 40;

/** Category by the model card's tags, else by the nearest folder that is called like one. */
export function categoryOf(tags: readonly string[], relativePath: string): string | undefined {
  for (const tag of tags) {
    const category = categoryNamed(tag.slice(0, MAX_TAG));
    if (category) return category;
  }
  for (const folder of relativePath.split('/').slice(0, -1).reverse()) {
    const category = categoryNamed(folder);
    if (category) return category;
  }
  return undefined;
}

const categoryNamed = remembered((text) => {
  const plain = text.trim().toLowerCase().replace(/[_-]+/g, ' ');
  return CATEGORIES.find(([, words]) => words.test(plain))?.[0];
});
