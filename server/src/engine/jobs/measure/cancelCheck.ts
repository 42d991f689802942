import type { Steps } from '../../lora/steps';
import { yieldToEventLoop } from '../../runtime/eventLoop';

/** Longest time the event loop is blocked, milliseconds. */
const MAX_BLOCK_MS = 15;

/** Yields to the event loop if the last time is long enough ago; true after a cancel. */
export type CancelCheck = () => Promise<boolean>;

/** To be called between pieces of work of a few milliseconds. Most calls only read the clock. */
export function createCancelCheck(isCancelled: () => boolean): CancelCheck {
  let last = performance.now();
  return async () => {
    if (performance.now() - last > MAX_BLOCK_MS) {
      await yieldToEventLoop();
      last = performance.now();
    }
    return isCancelled();
  };
}

/** Runs work step by step and yields between the steps; undefined after a cancel. */
export async function finish<T>(work: Steps<T>, isCancelled: CancelCheck): Promise<T | undefined> {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
    if (await isCancelled()) return undefined;
  }
}
