import type { Steps } from '../../lora/steps';
import { breathe } from '../../weights/binding';

/** Longest that work goes on without others having their turn, milliseconds. */
const TURN_MS = 15;

/** Gives the event loop a turn when the last one is a while ago; true after a cancel. */
export type Pace = () => Promise<boolean>;

/** To be called between pieces of work of a few milliseconds: most calls cost a look at the clock. */
export function createPace(isCancelled: () => boolean): Pace {
  let last = performance.now();
  return async () => {
    if (performance.now() - last > TURN_MS) {
      await breathe();
      last = performance.now();
    }
    return isCancelled();
  };
}

/** Does work that can be left, with turns for others; undefined after a cancel. */
export async function finish<T>(work: Steps<T>, pace: Pace): Promise<T | undefined> {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
    if (await pace()) return undefined;
  }
}
