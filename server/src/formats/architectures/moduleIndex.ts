import { MODULE_LISTS } from './lists';
import { type ModulePart, readModuleLines } from './moduleList';

/** One edition of an architecture; its number is its place in `variants()`. */
export interface Variant {
  readonly architecture: string;
  readonly variant?: string;
}

/** A module, or several with one pattern of name and one shape, of one variant. */
export interface KnownModules {
  readonly variant: number;
  /** For each number in the name the ranges it may lie in, both ends included. */
  readonly numbers: readonly Ranges[];
  /** Shape of the weight, PyTorch layout. */
  readonly shape: readonly number[];
  /** This name with dots, and `*` for the numbers of the native path. */
  readonly path: string;
  readonly module: NativeModule;
}

/** A module as the model's own code names it, with every other name of it or of its rows. */
export interface NativeModule {
  readonly path: string;
  readonly shape: readonly number[];
  /** The ranges that `*` of the paths stands for, in order. */
  readonly ranges: readonly Ranges[];
  readonly others: readonly (readonly ModulePart[])[];
}

interface Index {
  readonly variants: readonly Variant[];
  readonly byPattern: ReadonlyMap<string, readonly KnownModules[]>;
}

let index: Index | undefined;

/** Variants of all architectures, in the order of their numbers. */
export function variants(): readonly Variant[] {
  index ??= build();
  return index.variants;
}

/**
 * Modules that have a name, in whatever naming, with the variant each belongs to.
 *
 * @param key module name with `_` for `.`
 */
export function modulesNamed(key: string): readonly KnownModules[] {
  index ??= build();
  const { pattern, numbers } = patternOf(key);
  const known = index.byPattern.get(pattern) ?? [];
  return known.filter((entry) => entry.numbers.every((ranges, at) => isIn(ranges, numbers[at]!)));
}

/** The modules of a pattern whatever their numbers; the pattern is that of `patternOf`. */
export function modulesOfPattern(pattern: string): readonly KnownModules[] {
  index ??= build();
  return index.byPattern.get(pattern) ?? [];
}

/** A name with `*` for every number that stands alone between `_`, and those numbers. */
export function patternOf(key: string): { pattern: string; numbers: number[] } {
  const numbers: number[] = [];
  const parts = key.split('_');
  for (let at = 0; at < parts.length; at++) {
    if (!isNumber(parts[at]!)) continue;
    numbers.push(Number(parts[at]));
    parts[at] = '*';
  }
  return { pattern: parts.join('_'), numbers };
}

function isNumber(text: string): boolean {
  return /^\d{1,4}$/.test(text);
}

function isIn(ranges: Ranges, number: number): boolean {
  return ranges.some(([from, to]) => number >= from && number <= to);
}

function build(): Index {
  const list: Variant[] = [];
  const byPattern = new Map<string, KnownModules[]>();
  for (const [architecture, lists] of Object.entries(MODULE_LISTS)) {
    for (const own of lists) {
      const variant = list.length;
      list.push({ architecture, ...(own.variant !== undefined && { variant: own.variant }) });
      for (
        let from: typeof own | undefined = own;
        from;
        from = lists.find((other) => other.variant === from!.extends && other !== from)
      ) {
        for (const line of readModuleLines(from)) addLine(byPattern, variant, line);
        if (from.extends === undefined) break;
      }
    }
  }
  return { variants: list, byPattern };
}

function addLine(
  byPattern: Map<string, KnownModules[]>,
  variant: number,
  { path, shape, others }: ReturnType<typeof readModuleLines>[number],
): void {
  const ranges: Ranges[] = [];
  const native = path
    .split('.')
    .map((part) => {
      if (!/^[\d,-]+$/.test(part)) return part;
      ranges.push(rangesOf(part));
      return '*';
    })
    .join('.');
  const module: NativeModule = { path: native, shape, ranges, others };
  add(byPattern, native, { variant, numbers: numbersOf(native, ranges), shape, path: native, module });
  for (const parts of others) {
    for (const part of parts) {
      add(byPattern, part.path, {
        variant,
        numbers: numbersOf(part.path, ranges),
        shape: parts.length === 1 ? shape : [part.rows, ...shape.slice(1)],
        path: part.path,
        module,
      });
    }
  }
}

type Ranges = readonly (readonly [from: number, to: number])[];

/** The numbers of a path's pattern: `*` takes the next range of the native path, a number is itself. */
function numbersOf(path: string, ranges: readonly Ranges[]): Ranges[] {
  let at = 0;
  const numbers: Ranges[] = [];
  for (const part of path.split(/[._]/)) {
    if (part === '*') numbers.push(ranges[at++]!);
    else if (isNumber(part)) numbers.push([[Number(part), Number(part)]]);
  }
  return numbers;
}

function rangesOf(text: string): [number, number][] {
  return text.split(',').map((range) => {
    const [from, to = from] = range.split('-').map(Number);
    return [from!, to!];
  });
}

function add(byPattern: Map<string, KnownModules[]>, path: string, known: KnownModules): void {
  const { pattern } = patternOf(path.replaceAll('.', '_'));
  const list = byPattern.get(pattern);
  if (list) list.push(known);
  else byPattern.set(pattern, [known]);
}
