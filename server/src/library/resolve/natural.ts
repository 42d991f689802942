/** Compares as people do: runs of digits by value, everything else without case. */
export function naturalCompare(left: string, right: string): number {
  return compareKeys(keyOf(left), keyOf(right));
}

type NaturalKey = readonly (string | number)[];

function compareKeys(a: NaturalKey, b: NaturalKey): number {
  if (a === b) return 0;
  for (let index = 0; index < Math.min(a.length, b.length); index++) {
    const [x, y] = [a[index]!, b[index]!];
    if (x === y) continue;
    if (typeof x === 'number' && typeof y === 'number') return x - y;
    return String(x) < String(y) ? -1 : 1;
  }
  return a.length - b.length;
}

/** Alternates text and number, beginning with text, so that equal positions hold equal kinds. */
function keyOf(text: string): NaturalKey {
  return text.split(/(\d+)/).map((part, index) => (index % 2 === 1 ? Number(part) : part.toLowerCase()));
}

/**
 * Sorts by path in the order in which AUTOMATIC1111's web UI reads files: folder by folder, then file by file, both
 * naturally. Returns a new array.
 */
export function inWalkOrder<T>(items: readonly T[], pathOf: (item: T) => string): T[] {
  const folders = new Map<string, NaturalKey>();
  const keyed = items.map((item) => {
    const path = pathOf(item);
    const folder = path.slice(0, Math.max(0, path.lastIndexOf('/')));
    let folderKey = folders.get(folder);
    if (!folderKey) {
      folderKey = keyOf(folder);
      folders.set(folder, folderKey);
    }
    return { item, folder: folderKey, file: keyOf(path.slice(folder.length)) };
  });
  keyed.sort((left, right) => compareKeys(left.folder, right.folder) || compareKeys(left.file, right.file));
  return keyed.map(({ item }) => item);
}
