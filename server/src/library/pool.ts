/** Runs a job for every item, at most so many at a time. Keeps nothing: the job stores its own result. */
export async function forEachLimited<T>(
  items: Iterable<T>,
  limit: number,
  job: (item: T) => Promise<void>,
): Promise<void> {
  const iterator = items[Symbol.iterator]();
  async function work(): Promise<void> {
    for (let next = iterator.next(); !next.done; next = iterator.next()) await job(next.value);
  }
  await Promise.all(Array.from({ length: limit }, work));
}
