/** Compares as people do: runs of digits by value, everything else without case. */
export function naturalCompare(left: string, right: string): number {
  return ASCII.test(left) && ASCII.test(right)
    ? compareAscii(left, right)
    : compareKeys(keyOf(left), keyOf(right));
}

const ASCII = /^[\x00-\x7f]*$/;

/** As `compareKeys` of both, without making keys: thousands of names are compared often and each once is enough. */
function compareAscii(left: string, right: string): number {
  let i = 0;
  let j = 0;
  for (;;) {
    const a = left.charCodeAt(i);
    const b = right.charCodeAt(j);
    if (!isDigit(a) || !isDigit(b)) {
      // The end (NaN) comes before a number, a number before more text.
      if (Number.isNaN(a) || Number.isNaN(b) || isDigit(a) || isDigit(b)) return rank(a) - rank(b);
      const difference = lower(a) - lower(b);
      if (difference !== 0) return difference;
      i++;
      j++;
      continue;
    }
    const iEnd = digitsEnd(left, i);
    const jEnd = digitsEnd(right, j);
    const difference = Number(left.slice(i, iEnd)) - Number(right.slice(j, jEnd));
    if (difference !== 0) return difference;
    i = iEnd;
    j = jEnd;
  }
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function digitsEnd(text: string, start: number): number {
  let end = start;
  while (isDigit(text.charCodeAt(end))) end++;
  return end;
}

function rank(code: number): number {
  if (Number.isNaN(code)) return 0;
  return isDigit(code) ? 1 : 2;
}

function lower(code: number): number {
  return code >= 0x41 && code <= 0x5a ? code + 0x20 : code;
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
  const folders = new Map<string, { file: string; item: T }[]>();
  for (const item of items) {
    const path = pathOf(item);
    const end = Math.max(0, path.lastIndexOf('/'));
    const folder = path.slice(0, end);
    const files = folders.get(folder);
    if (files) files.push({ file: path.slice(end), item });
    else folders.set(folder, [{ file: path.slice(end), item }]);
  }
  // Folders that differ in case only count as one.
  const groups: { folder: string; files: { file: string; item: T }[] }[] = [];
  for (const [folder, files] of [...folders].sort(([left], [right]) => naturalCompare(left, right))) {
    const last = groups.at(-1);
    if (last && naturalCompare(last.folder, folder) === 0) last.files.push(...files);
    else groups.push({ folder, files });
  }
  return groups.flatMap(({ files }) =>
    files.sort((left, right) => naturalCompare(left.file, right.file)).map(({ item }) => item),
  );
}
