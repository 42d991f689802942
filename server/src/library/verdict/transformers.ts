import { modulesNamed, modulesOfPattern, patternOf, variants } from '../../formats/architectures';
import { fitsWeight } from '../../formats/lora';
import { architectureFit, architectureTitle } from '../../shared/catalogue/architectures';
import type { Finding, Sized } from './evidence';

/** Below this share of fitting modules a denoiser counts as one of an unknown kind. */
const PARTIAL_FIT = 0.9;
/** The same for a file whose every name one family has, some of them nobody else. */
const NAMED_FIT = 0.5;
/** Blocks that a list must have before their number tells architectures apart, and how many such lists it takes. */
const MANY_BLOCKS = 5;
const MANY_LISTS = 2;

/** A finding among the architectures of the table; `partial` when some modules are not theirs. */
export interface TransformerFinding extends Finding {
  readonly variant?: string;
  readonly partial?: { readonly fits: number; readonly total: number };
}

/**
 * Architectures of a denoiser that is no U-Net: those that have every module of the file with its dimensions, whatever
 * program named it. Where several have, a file that changes all blocks of a kind tells by their number.
 */
export function findTransformer(unet: readonly Sized[]): TransformerFinding | undefined {
  const total = unet.length;
  if (total === 0) return undefined;
  if (unet.some(({ module }) => module.prefix.startsWith('lora_prior_'))) {
    return {
      candidates: ['stable-cascade'],
      because: 'its modules belong to a prior, which only Stable Cascade has',
    };
  }
  const { counts, named } = countFits(unet);
  const best = Math.max(...counts);
  const whole = best === total;
  // The product of Kronecker factors may be padded, so that their names say more than their sizes.
  const isKronecker = unet.every(({ module: { tensors } }) => tensors.lokr_w1 ?? tensors.lokr_w1_a);
  const fitting = [...counts.keys()].filter((at) => {
    if (whole) return counts[at] === total;
    if (counts[at]! >= total * PARTIAL_FIT) return true;
    return named.has(at) && (isKronecker || counts[at]! >= total * NAMED_FIT);
  });
  if (fitting.length === 0) return undefined;
  const complete = fitting.filter((at) => hasAllBlocks(unet, at));
  const xlabs = unet.some(({ module }) => module.scheme === 'xlabs');
  const chosen = xlabs
    ? fitting.filter((at) => variants()[at]!.architecture === 'flux')
    : complete.length > 0
      ? complete
      : fitting;
  const candidates = [...new Set(chosen.map((at) => variants()[at]!.architecture))].sort();
  const variant = chosen.length === 1 ? variants()[chosen[0]!]!.variant : undefined;
  const titles = listOf(candidates.map(architectureTitle));
  const modules = total === 1 ? 'its module is one' : `all ${total} modules are those`;
  const ending = candidates.length > 1 ? 'alike' : 'and of nothing else known here';
  return {
    candidates,
    because: whole
      ? `${modules} of ${titles} ${ending}`
      : `its modules have the names of ${titles}, and ${best} of ${total} their sizes`,
    ...(variant !== undefined && { variant }),
    ...(!whole && { partial: { fits: best, total } }),
  };
}

/**
 * Modules of the file that each variant has, and the variants that know every name, one of which nobody else has who
 * shares no LoRAs with it.
 */
function countFits(unet: readonly Sized[]): { counts: number[]; named: ReadonlySet<number> } {
  const counts = new Array<number>(variants().length).fill(0);
  const names = new Array<number>(variants().length).fill(0);
  let unique: Set<number> | undefined;
  for (const { key, dimensions } of unet) {
    const fits = new Set<number>();
    const known = new Set<number>();
    for (const { variant, shape } of knownModules(key)) {
      known.add(variant);
      if (fitsWeight(dimensions, shape)) fits.add(variant);
    }
    if (isOneFamily(known)) unique ??= known;
    for (const variant of known) names[variant]!++;
    for (const variant of fits) counts[variant]!++;
  }
  const named = [...(unique ?? [])].filter((at) => names[at] === unet.length);
  return { counts, named: new Set(named) };
}

function isOneFamily(known: ReadonlySet<number>): boolean {
  const [first, ...others] = new Set([...known].map((at) => variants()[at]!.architecture));
  return first !== undefined && others.every((other) => architectureFit(first, other) === 'same');
}

/** By its key; norms end in `_scale` in some programs' files and not in others'. */
function knownModules(key: string) {
  const own = modulesNamed(key);
  return own.length > 0 ? own : modulesNamed(`${key}_scale`);
}

/**
 * True when every kind of module of the file stands in as many blocks as the variant has, in two lists of blocks at
 * least: a file that leaves out the last blocks of one list may have another's number of them by chance.
 */
function hasAllBlocks(unet: readonly Sized[], variant: number): boolean {
  const blocks = new Map<string, Set<number>>();
  for (const { key } of unet) {
    const { pattern, numbers } = patternOf(key);
    if (numbers.length === 0) continue;
    const seen = blocks.get(pattern) ?? new Set();
    seen.add(numbers[0]!);
    blocks.set(pattern, seen);
  }
  const lists = new Set<string>();
  for (const [pattern, seen] of blocks) {
    const own = modulesOfPattern(pattern).filter((known) => known.variant === variant);
    const all = new Set<number>();
    for (const { numbers } of own)
      for (const [from, to] of numbers[0] ?? []) for (let at = from; at <= to; at++) all.add(at);
    if (all.size !== seen.size) return false;
    if (all.size >= MANY_BLOCKS) lists.add(pattern.slice(0, pattern.indexOf('*')));
  }
  return lists.size >= MANY_LISTS;
}

function listOf(titles: readonly string[]): string {
  return titles.length < 2 ? titles.join('') : `${titles.slice(0, -1).join(', ')} and ${titles.at(-1)}`;
}
