/** Preview pictures by suffix after the stem, in order of preference; compared without case. */
const SUFFIXES = [
  '.png',
  '.jpg',
  '.jpeg',
  '.webp',
  '.preview.png',
  '.preview.jpg',
  '.preview.jpeg',
  '.preview.webp',
  '.thumb.jpg',
  '.thumb.png',
  '.example.0.jpeg',
  '.gif',
  '.avif',
] as const;

/**
 * Finds the preview picture among the files of a folder.
 * @param siblings names in the folder by lower-case name
 */
export function findPreview(stem: string, siblings: ReadonlyMap<string, string>): string | undefined {
  if (siblings.size === 0) return undefined;
  const lower = stem.toLowerCase();
  for (const suffix of SUFFIXES) {
    const name = siblings.get(lower + suffix);
    if (name !== undefined) return name;
  }
  return undefined;
}
