import { distance } from 'fastest-levenshtein';

const EXTENSION = /\.(?:safetensors|ckpt|pt|bin|pth|gguf|sft)$/iu;

/** A name without what people vary when they retype it: case, blanks, `_`, `-`, `.`, folder and file extension. */
export function looseName(name: string): string {
  const stem = name.replace(EXTENSION, '');
  const base = stem.slice(Math.max(stem.lastIndexOf('/'), stem.lastIndexOf('\\')) + 1);
  return base
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s_.-]+/gu, '');
}

/** Candidates that `name` may be a slip of, best first, at most three. */
export function nearest(name: string, candidates: Iterable<string>): string[] {
  const wanted = looseName(name);
  if (wanted === '') return [];
  const limit = Math.max(1, Math.floor(wanted.length / 3));
  const scored: { candidate: string; score: number }[] = [];
  for (const candidate of new Set(candidates)) {
    const score = slip(wanted, looseName(candidate), limit);
    if (score <= limit) scored.push({ candidate, score });
  }
  scored.sort((a, b) => a.score - b.score || compare(a.candidate, b.candidate));
  const best = scored[0]?.score ?? 0;
  return scored
    .filter(({ score }) => score <= best + 1)
    .slice(0, 3)
    .map((entry) => entry.candidate);
}

/**
 * Edits between two loose names; a name cut off at its end, such as a missing version, counts as half an edit more
 * than nothing because it is the commonest slip of all.
 */
function slip(wanted: string, candidate: string, limit: number): number {
  if (wanted === candidate) return 0;
  if (
    wanted.length >= 4 &&
    (candidate.startsWith(wanted) || (candidate.length >= 4 && wanted.startsWith(candidate)))
  )
    return 0.5;
  if (Math.abs(wanted.length - candidate.length) > limit) return Number.POSITIVE_INFINITY;
  const edits = distance(wanted, candidate);
  // Two letters the wrong way round are one slip, which plain edits count twice.
  return edits < 2 || edits > limit * 2 ? edits : slips(wanted, candidate);
}

/** Insertions, deletions, replacements and swaps of two neighbours that lead from one name to another. */
function slips(from: string, to: string): number {
  let last: number[] = [];
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let i = 1; i <= from.length; i++) {
    const before = last;
    last = row;
    row = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = last[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1);
      let least = Math.min(replaced, last[j]! + 1, row[j - 1]! + 1);
      if (i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1])
        least = Math.min(least, before[j - 2]! + 1);
      row.push(least);
    }
  }
  return row[to.length]!;
}

/** Joins names for a message: `` `a`, `b` or `c` ``. */
export function orList(names: readonly string[]): string {
  return joined(names, 'or');
}

/** Joins names for a message: `` `a`, `b` and `c` ``. */
export function andList(names: readonly string[]): string {
  return joined(names, 'and');
}

function joined(names: readonly string[], word: string): string {
  const quoted = names.map((name) => `\`${name}\``);
  if (quoted.length < 2) return quoted.join('');
  return `${quoted.slice(0, -1).join(', ')} ${word} ${quoted[quoted.length - 1]}`;
}

/** Order by code point, the same on every machine and in every locale. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
