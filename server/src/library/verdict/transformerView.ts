import type { Finding, Sized } from './evidence';

/** The modules of a denoiser, as the rules of the families ask about them. */
export interface View {
  readonly unet: readonly Sized[];
  has(pattern: RegExp): boolean;
  /** In-dimensions (or, with `out`, out-dimensions) of the modules whose key matches. */
  widths(pattern: RegExp, side?: 'in' | 'out'): ReadonlySet<number>;
  /** As `widths`, and whichever side is known of the modules whose key matches `square`: theirs are alike. */
  hidden(pattern: RegExp, square: RegExp): ReadonlySet<number>;
  /** Highest block number, by the pattern's first group; -1 when nothing matches. */
  highest(pattern: RegExp): number;
}

export function viewOf(unet: readonly Sized[]): View {
  function widths(pattern: RegExp, side: 'in' | 'out' | 'either' = 'in'): Set<number> {
    const found = new Set<number>();
    for (const { key, dimensions } of unet) {
      const width = pattern.test(key) ? dimensions[side] : undefined;
      if (width !== undefined) found.add(width);
    }
    return found;
  }
  return {
    unet,
    has: (pattern) => unet.some(({ key }) => pattern.test(key)),
    widths,
    hidden: (pattern, square) =>
      new Set([...widths(pattern), ...widths(square, 'out'), ...widths(square, 'either')]),
    highest(pattern) {
      let highest = -1;
      for (const { key } of unet) highest = Math.max(highest, Number(pattern.exec(key)?.[1] ?? -1));
      return highest;
    },
  };
}

/** One family's rule: a finding, or undefined for a file that is none of its. */
export type Family = (view: View) => Finding | undefined;

export const one = (name: string, because: string): Finding => ({ candidates: [name], because });
export const several = (candidates: readonly string[], because: string): Finding => ({ candidates, because });
