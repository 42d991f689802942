import type { Range } from '../../shared/range';
import { MAX_SYNTAX_ERRORS } from './limits';
import type { Document } from './nodes';

/** A syntax error; the name of its type is a global's. */
export type DocumentError = Document['errors'][number];

/** Collects syntax errors up to a limit; the rest of a broken text adds nothing for the reader. */
export interface Reporter {
  readonly errors: DocumentError[];
  /** The message is made only when it is kept. */
  report(code: string, message: () => string, range: Range): void;
}

export function createReporter(): Reporter {
  const errors: DocumentError[] = [];
  return {
    errors,
    report(code, message, range) {
      if (errors.length < MAX_SYNTAX_ERRORS) errors.push({ code, message: message(), range });
    },
  };
}

/** In order of the text; errors of one place keep the order in which they were found. */
export function sortErrors(errors: readonly DocumentError[]): DocumentError[] {
  return [...errors].sort((a, b) => a.range.start - b.range.start);
}
