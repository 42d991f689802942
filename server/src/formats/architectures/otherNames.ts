import { type KnownModules, modulesNamed, type NativeModule, patternOf, variants } from './moduleIndex';

/** Share of a model's weights that must be an architecture's before its other names count. */
const ENOUGH = 0.5;

/**
 * What other programs call the modules of a model: shapes by name, `_` for `.`. A fused weight's parts have the shape of
 * their rows, and parts that belong to one fused weight are known by its name too. Empty for a model that is none of the
 * architectures with module lists.
 *
 * @param shapes weight shapes by path, in any program's names
 */
export function otherNames(shapes: ReadonlyMap<string, readonly number[]>): Map<string, readonly number[]> {
  const names = new Map<string, readonly number[]>();
  const known = [...shapes].map(([path, shape]) => {
    const key = path.replaceAll('.', '_');
    return { key, known: modulesNamed(key).filter((one) => sameSides(one.shape, shape)) };
  });
  const counts = new Array<number>(variants().length).fill(0);
  for (const one of known)
    for (const variant of new Set(one.known.map((entry) => entry.variant))) counts[variant]!++;
  const best = Math.max(...counts);
  if (best < shapes.size * ENOUGH) return names;
  for (const { key, known: entries } of known)
    for (const entry of entries) if (counts[entry.variant] === best) addNames(names, key, entry);
  return names;
}

function addNames(names: Map<string, readonly number[]>, key: string, { path, module }: KnownModules): void {
  const stars = starsOf(path, patternOf(key).numbers, module);
  const set = (other: string, shape: readonly number[]) => {
    const name = fill(other, stars);
    if (!names.has(name)) names.set(name, shape);
  };
  set(module.path, module.shape);
  for (const parts of module.others)
    for (const part of parts) set(part.path, [part.rows, ...module.shape.slice(1)]);
}

/** The number that each `*` of the native path stands for, read off another name of it. */
function starsOf(path: string, numbers: readonly number[], { ranges }: NativeModule): number[] {
  const stars: number[] = [];
  let at = 0;
  for (const part of path.split(/[._]/)) {
    if (part === '*') stars.push(numbers[at++]!);
    else if (/^\d{1,4}$/.test(part)) at++;
  }
  for (const range of ranges.slice(stars.length)) stars.push(range[0]![0]);
  return stars;
}

function fill(path: string, stars: readonly number[]): string {
  let at = 0;
  return path.replace(/\*/g, () => String(stars[at++])).replaceAll('.', '_');
}

/** Kernels may be flattened or left out; the first two sides are the module's. */
function sameSides(left: readonly number[], right: readonly number[]): boolean {
  return left[0] === right[0] && (left.length < 2 || right.length < 2 || left[1] === right[1]);
}
