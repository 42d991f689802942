import type { WeightedRun } from '../../shared/plan';

/** How a target writes a run of one weight. */
export interface RunWriter {
  /** Makes the characters literal that would mean something. */
  escape(text: string): string;
  /** A run whose weight is not 1; the text is escaped already. */
  weighted(text: string, weight: number): string;
  /** What a chunk break becomes; undefined when the target has none. */
  readonly chunkBreak?: string;
}

/** Writes runs one after the other, each with its whole weight, so that nesting no longer matters. */
export function writeRuns(runs: readonly WeightedRun[], writer: RunWriter): string {
  const parts: string[] = [];
  for (const [text, weight] of runs) {
    if (text === 'BREAK' && weight === -1) {
      if (writer.chunkBreak !== undefined) parts.push(` ${writer.chunkBreak} `);
      else parts.push(', ');
      continue;
    }
    // Blanks and commas at the ends stay outside the brackets, where a writer would put them.
    const [, before = '', body = '', after = ''] = /^([\s,]*)([\s\S]*?)([\s,]*)$/.exec(text) ?? [];
    if (body === '' || weight === 1) parts.push(writer.escape(text));
    else parts.push(before, writer.weighted(writer.escape(body), weight), after);
  }
  return parts.join('').trim();
}

/** A weight with at most four decimals: more is noise from multiplying 1.1. */
export function shortWeight(weight: number): string {
  return String(Number(weight.toFixed(4)));
}
