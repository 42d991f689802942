/**
 * An expected failure, as a value. Exceptions are for bugs; everything a user can cause comes back as one of these.
 */
export interface Problem {
  /** Stable, kebab-case, documented in docs/problems.md. Never reused for another meaning. */
  readonly code: string;
  /** One or two sentences: what happened, with the names involved. */
  readonly message: string;
  /** The next step the reader can take. */
  readonly remedy: string;
}

/** The outcome of an operation that is expected to fail sometimes. */
export type Result<T> = { readonly ok: true; readonly value: T } | Failure;

export interface Failure {
  readonly ok: false;
  readonly problem: Problem;
}

export function success<T>(value: T): Result<T> {
  return { ok: true, value };
}

export function failure(code: string, message: string, remedy: string): Failure {
  return { ok: false, problem: { code, message, remedy } };
}
