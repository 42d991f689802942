import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One row of test/golden/prompt: what a program made of an input. */
export interface GoldenRow {
  readonly source: string;
  readonly kind: string;
  readonly input: unknown;
  readonly expected: unknown;
  readonly origin: string;
  readonly options?: Record<string, unknown>;
  readonly note?: string;
}

const FOLDER = join(__dirname, '../../golden/prompt');

/** Kinds with golden rows. */
export function goldenKinds(): string[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.jsonl'))
    .map((name) => name.slice(0, -'.jsonl'.length))
    .sort();
}

export function goldenRows(kind: string): GoldenRow[] {
  return readFileSync(join(FOLDER, `${kind}.jsonl`), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as GoldenRow);
}
