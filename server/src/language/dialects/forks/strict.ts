import type { WeightedRun } from '../../../shared/plan';
import { parseAttention } from '../../analysis/attention';
import { splitConjunction } from '../../analysis/conjunction';

/**
 * The attention of a fork of the web UI that repairs two traps: a BREAK breaks inside brackets too, and is never joined
 * with its neighbours. Undefined where the weight is no number.
 */
export function strictAttention(text: string): WeightedRun[] | undefined {
  const { pieces, error } = parseAttention(text, { breakKeepsWeight: true });
  if (error !== undefined) return undefined;
  const runs: [string, number][] = [];
  let wasBreak = false;
  for (const piece of pieces) {
    const last = runs[runs.length - 1];
    if (last !== undefined && !piece.isBreak && !wasBreak && last[1] === piece.weight) last[0] += piece.text;
    else runs.push([piece.text, piece.weight]);
    wasBreak = piece.isBreak;
  }
  return runs.length === 0 ? [['', 1]] : runs;
}

/** The same fork's AND: `16:9` and `12:00`, a digit right before the colon and one after it, are text. */
export function strictConjunction(text: string): WeightedRun[] {
  return splitConjunction(text).map((part) => {
    const whole = text.slice(part.start, part.weightEnd ?? part.end);
    const colon = whole.lastIndexOf(':');
    if (part.weightStart !== undefined && /\p{Nd}:\s*\p{Nd}/uy.test(whole.slice(Math.max(0, colon - 1))))
      return [whole, 1];
    return [text.slice(part.start, part.end), part.weight];
  });
}
