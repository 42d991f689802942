const MAX_STEM = 40;

/**
 * A file name for a picture: when, what and which seed, with nothing in it that a file system minds.
 * `20250131-174502-red-house-42.png`
 */
export function pictureName(now: Date, title: string, seed: number): string {
  const words = title
    .toLowerCase()
    .replace(/<[^>]*>/g, ' ')
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .slice(0, MAX_STEM)
    .replace(/^-+|-+$/g, '');
  return `${stamp(now)}-${words || 'picture'}-${seed}.png`;
}

/** The same name with a number before the extension: `a.png`, `a-2.png`, `a-3.png` … */
export function numbered(name: string, n: number): string {
  return n < 2 ? name : name.replace(/(\.[^.]*)?$/, (extension) => `-${n}${extension}`);
}

/** Which pictures to delete so that the newest `keep` stay; names begin with their time, so order is by name. */
export function surplus(names: readonly string[], keep: number): string[] {
  const pictures = names.filter((name) => /^\d{8}-\d{6}-.*\.png$/.test(name)).sort();
  return pictures.slice(0, Math.max(0, pictures.length - keep));
}

function stamp(now: Date): string {
  const two = (n: number) => String(n).padStart(2, '0');
  const date = `${now.getFullYear()}${two(now.getMonth() + 1)}${two(now.getDate())}`;
  return `${date}-${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}`;
}
