import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

type Collector = (options?: { readonly type: 'minor' }) => void;
let collector: Collector | undefined;

/**
 * Gives back at once what nobody refers to any more. Merged weights are arrays of gigabytes that the collector, which
 * counts the small objects beside them, would leave lying while the next model is loaded. Asked for here and not by a
 * flag of the process: an editor's own Node decides which flags it takes.
 */
export function collect(): void {
  theCollector()();
}

/**
 * Gives back what was made a moment ago and is referred to no more, in a millisecond or two: the copies of its outputs that
 * the runtime's binding makes even where they were written in place.
 */
export function collectYoung(): void {
  theCollector()({ type: 'minor' });
}

function theCollector(): Collector {
  if (collector === undefined) {
    setFlagsFromString('--expose-gc');
    collector = runInNewContext('gc') as Collector;
  }
  return collector;
}
