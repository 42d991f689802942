/** Yields to the event loop once, so that messages that have arrived, such as a cancel, are handled. */
export function yieldToEventLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
