import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let collector: (() => void) | undefined;

/**
 * Gives back at once what nobody refers to any more. Merged weights are arrays of gigabytes that the collector, which
 * counts the small objects beside them, would leave lying while the next model is loaded. Asked for here and not by a
 * flag of the process: an editor's own Node decides which flags it takes.
 */
export function collect(): void {
  if (collector === undefined) {
    setFlagsFromString('--expose-gc');
    collector = runInNewContext('gc') as () => void;
  }
  collector();
}
