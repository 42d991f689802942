import type { Report } from '../report';

/** One report format: one file in this folder, listed in its index. */
export interface Formatter {
  readonly name: string;
  format(report: Report, options: FormatOptions): string;
}

export interface FormatOptions {
  readonly colour: boolean;
  readonly version: string;
}
