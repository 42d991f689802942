import type { Finding, Severity } from '../language/rules/rule';

/** What a formatter gets: everything a run found, places already turned into lines and columns. */
export interface Report {
  readonly files: readonly FileReport[];
  readonly counts: Readonly<Record<Severity, number>>;
  /** Findings that `--fix` could fix, and those that only `--unsafe-fixes` would. */
  readonly fixable: { readonly safe: number; readonly unsafe: number };
  readonly fixed: number;
  /** What the exit code goes by, whether the report shows it or not. */
  readonly errors: number;
  readonly warnings: number;
}

export interface FileReport {
  /** Relative to the working folder, with `/`. */
  readonly path: string;
  readonly findings: readonly PlacedFinding[];
}

/** Lines and columns count from one; columns in UTF-16 units, as editors do. */
export interface PlacedFinding extends Finding {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}
