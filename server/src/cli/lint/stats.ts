import type { Output } from '../io';
import type { Report } from '../report';

/** What `--stats` counts during a run. */
export interface Stats {
  readonly started: number;
  /** Milliseconds until the first file was checked: configuration, library, models. */
  setup: number;
  files: number;
  bytes: number;
  prompts: number;
  /** Files whose findings came from the cache. */
  cached: number;
}

export function createStats(): Stats {
  return { started: performance.now(), setup: 0, files: 0, bytes: 0, prompts: 0, cached: 0 };
}

/** Prints the counts, then the findings by rule, the most frequent first. */
export function printStats(output: Output, stats: Stats, report: Report): void {
  const total = performance.now() - stats.started;
  const byRule = new Map<string, number>();
  for (const { ruleId } of report.files.flatMap(({ findings }) => findings))
    byRule.set(ruleId, (byRule.get(ruleId) ?? 0) + 1);
  const rows: readonly (readonly [string, string])[] = [
    ['files', `${stats.files} (${stats.cached} from the cache)`],
    ['prompt texts', `${stats.prompts} checked`],
    ['bytes', String(stats.bytes)],
    ['time', `${total.toFixed(0)} ms, ${stats.setup.toFixed(0)} ms of it before the first file`],
    ...[...byRule]
      .sort(([left, a], [right, b]) => b - a || (left < right ? -1 : 1))
      .map(([rule, count]) => [rule, String(count)] as const),
  ];
  const width = Math.max(...rows.map(([label]) => label.length));
  output.write(rows.map(([label, value]) => `${label.padEnd(width)}  ${value}\n`).join(''));
}
