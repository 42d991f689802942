/** Work that can be left after every few milliseconds of it, for others to have their turn, and gone on with later. */
export type Steps<T> = Generator<undefined, T, void>;

/** Does the work without leaving it. */
export function atOnce<T>(work: Steps<T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}
