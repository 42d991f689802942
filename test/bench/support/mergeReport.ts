import { mkdirSync, writeFileSync } from 'node:fs';
import type { Measured } from '../workers/merge';
import { median } from './measure';

/** What a ratio must not exceed. */
export type Limit = number | undefined;

export type MergeReport = ReturnType<typeof createMergeReport>;

/** Prints as it goes, and writes everything at the end to `test-results/bench-merge.json`. */
export function createMergeReport() {
  const rows: unknown[] = [];
  const verdict = (value: number, limit: Limit) =>
    limit === undefined ? '' : `  (target at most ${limit})${value <= limit ? '' : '  MISSED'}`;
  return {
    line(text: string): void {
      console.log(text);
      rows.push(text);
    },
    /**
     * `time` and `cpu`: medians of the ratios of the rounds, with the quartiles of the former; where the two were not
     * measured in turns, the ratio of the medians. `best`: the ratio of the fastest of each, which a noisy machine disturbs
     * least.
     */
    against(what: string, above: readonly Measured[], below: readonly Measured[], limit?: Limit): void {
      const of = (key: 'wall' | 'cpu') => ratioOf(above, below, key);
      const [time, cpu] = [of('wall'), of('cpu')];
      const quarters = quartersOf(above, below);
      const own = median(above.map(({ wall }) => wall));
      const best = fastest(above) / fastest(below);
      console.log(
        `${what.padEnd(72)} time ${time.toFixed(3)}${quarters}  best ${best.toFixed(3)}  cpu ${cpu.toFixed(3)}  (${own.toFixed(0)} ms)${verdict(time, limit)}`,
      );
      rows.push({ what, time, best, cpu, limit, above, below });
    },
    /** Memory that belongs to the one process over that of the other, after the same work. */
    memory(what: string, above: readonly Measured[], below: readonly Measured[], limit?: Limit): void {
      const [a, b] = [above, below].map((list) => median(list.map(({ anonymous }) => anonymous)));
      const ratio = a! / b!;
      console.log(
        `${what.padEnd(72)} ${ratio.toFixed(2)}  (${megabytes(a!)} over ${megabytes(b!)})${verdict(ratio, limit)}`,
      );
      rows.push({ what, ratio, limit });
    },
    write(): void {
      mkdirSync('test-results', { recursive: true });
      writeFileSync('test-results/bench-merge.json', JSON.stringify(rows, null, 1));
    },
  };
}

function ratioOf(above: readonly Measured[], below: readonly Measured[], key: 'wall' | 'cpu'): number {
  const [a, b] = [above, below].map((list) => list.map((one) => one[key]));
  const isPaired = above.length === below.length;
  return isPaired ? median(a!.map((value, i) => value / b![i]!)) : median(a!) / median(b!);
}

/** How far the ratios of single rounds are apart: half of them lie between these two. */
function quartersOf(above: readonly Measured[], below: readonly Measured[]): string {
  if (above.length !== below.length || above.length < 4) return '';
  const ratios = above.map(({ wall }, round) => wall / below[round]!.wall).sort((a, b) => a - b);
  const at = (share: number) => ratios[Math.round(share * (ratios.length - 1))]!.toFixed(2);
  return ` [${at(0.25)}, ${at(0.75)}]`;
}

/** The least time anything else of the machine can have added to. */
function fastest(list: readonly Measured[]): number {
  return Math.min(...list.map(({ wall }) => wall));
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}
