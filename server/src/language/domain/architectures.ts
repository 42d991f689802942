/** Architecture names for readers; others are shown as they are. */
const TITLES: Readonly<Record<string, string>> = {
  sd1: 'Stable Diffusion 1',
  sd2: 'Stable Diffusion 2',
  sdxl: 'SDXL',
  'sdxl-refiner': 'the SDXL refiner',
  refiner: 'the SDXL refiner',
  'ssd-1b': 'SSD-1B',
  sd3: 'Stable Diffusion 3',
  'sd3.5-medium': 'Stable Diffusion 3.5 Medium',
  'sd3.5-large': 'Stable Diffusion 3.5 Large',
  flux: 'Flux.1',
  flux2: 'Flux.2',
  chroma: 'Chroma',
  demo: 'the built-in model',
};

/** Networks of one load in the other in part; anything else that differs does not load at all. */
const PARTIAL: readonly (readonly [string, string])[] = [
  ['flux', 'chroma'],
  ['sdxl', 'ssd-1b'],
];

const FAMILIES: readonly (readonly [RegExp, string])[] = [
  [/noob/iu, 'noobai'],
  [/illustrious|(?:^|[^a-z])il(?:xl)?(?:[^a-z]|$)/iu, 'illustrious'],
  [/pony|autismmix/iu, 'pony'],
  [/animagine/iu, 'animagine'],
];

/** How a network of one architecture loads into a model of another. */
export function architectureFit(lora: string, model: string): 'same' | 'partial' | 'none' {
  if (lora === model) return 'same';
  return PARTIAL.some(([a, b]) => (a === lora && b === model) || (b === lora && a === model))
    ? 'partial'
    : 'none';
}

export function architectureTitle(architecture: string): string {
  return TITLES[architecture] ?? architecture;
}

/** The SDXL family a model's name speaks of; families have the same tensors, so nothing else tells them apart. */
export function familyOfName(name: string): string | undefined {
  return FAMILIES.find(([pattern]) => pattern.test(name))?.[1];
}

/** Illustrious is what NoobAI was trained from, and networks of one are usually tolerable on the other. */
export function relatedFamilies(a: string, b: string): boolean {
  const pair = [a.toLowerCase(), b.toLowerCase()];
  return pair[0] === pair[1] || (pair.includes('illustrious') && pair.includes('noobai'));
}
