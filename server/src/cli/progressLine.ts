import type { EngineProgress } from '../enginehost/host';
import type { EnginePhase } from '../shared/engineProtocol';
import type { Output } from './io';

const WORDS: Readonly<Record<EnginePhase, string>> = {
  load: 'loading the model',
  merge: 'merging LoRAs',
  encode: 'reading the prompt',
  sample: 'step',
  decode: 'decoding the picture',
  write: 'writing the file',
};

/** One line that is rewritten on a terminal; elsewhere a line per phase, so that a log stays short. */
export function createProgressLine(output: Output) {
  let last: EnginePhase | undefined;
  return {
    show(label: string, { phase, step, of }: EngineProgress): void {
      const words = phase === 'sample' ? `step ${step} of ${of}` : WORDS[phase];
      if (output.isTTY) output.write(`\r\x1b[K${label}${words}`);
      else if (phase !== last) output.write(`${label}${phase === 'sample' ? `${of} steps` : words}\n`);
      last = phase;
    },
    clear(): void {
      if (output.isTTY) output.write('\r\x1b[K');
    },
  };
}
