export { architectureFit, architectureTitle } from '../../shared/catalogue/architectures';

const FAMILIES: readonly (readonly [RegExp, string])[] = [
  [/noob/iu, 'noobai'],
  [/illustrious|(?:^|[^a-z])il(?:xl)?(?:[^a-z]|$)/iu, 'illustrious'],
  [/pony|autismmix/iu, 'pony'],
  [/animagine/iu, 'animagine'],
];

/** The SDXL family a model's name speaks of; families have the same tensors, so nothing else tells them apart. */
export function familyOfName(name: string): string | undefined {
  return FAMILIES.find(([pattern]) => pattern.test(name))?.[1];
}

/** Illustrious is what NoobAI was trained from, and networks of one are usually tolerable on the other. */
export function relatedFamilies(a: string, b: string): boolean {
  const pair = [a.toLowerCase(), b.toLowerCase()];
  return pair[0] === pair[1] || (pair.includes('illustrious') && pair.includes('noobai'));
}
