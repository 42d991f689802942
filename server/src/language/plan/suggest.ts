import { distance } from 'fastest-levenshtein';

/** Names near enough to a written one to be what was meant, nearest first, at most three. */
export function nearestNames(written: string, names: Iterable<string>): string[] {
  const lower = written.toLowerCase();
  const limit = Math.max(2, Math.floor(lower.length / 3));
  const near: { name: string; score: number }[] = [];
  for (const name of new Set(names)) {
    const other = name.toLowerCase();
    const within = lower.length >= 3 && (other.includes(lower) || lower.includes(other)) && other.length >= 3;
    if (!within && Math.abs(other.length - lower.length) > limit) continue;
    const score = distance(lower, other);
    if (within || score <= limit) near.push({ name, score });
  }
  near.sort((a, b) => a.score - b.score || (a.name < b.name ? -1 : 1));
  return near.slice(0, 3).map(({ name }) => name);
}

/** `Did you mean a, b or c?`, or nothing. */
export function didYouMean(written: string, names: Iterable<string>): string {
  const near = nearestNames(written, names);
  if (near.length === 0) return '';
  return `Did you mean ${near.length === 1 ? near[0] : `${near.slice(0, -1).join(', ')} or ${near.at(-1)}`}? `;
}
