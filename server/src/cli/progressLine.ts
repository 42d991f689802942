import type { EngineProgress } from '../engines/local/host';
import type { EnginePhase } from '../shared/engineProtocol';
import type { Output } from './io';

const WORDS: Readonly<Record<EnginePhase, string>> = {
  queue: 'waiting for the engine',
  load: 'loading the model',
  merge: 'merging LoRAs',
  measure: 'measuring',
  encode: 'reading the prompt',
  sample: 'step',
  decode: 'decoding the picture',
  write: 'writing the file',
};

/** One line that is rewritten on a terminal; elsewhere a line per phase, so that a log stays short. */
export function createProgressLine(output: Output) {
  let last: EnginePhase | undefined;
  let lastWords: string | undefined;
  return {
    show(label: string, { phase, step, of, pass }: EngineProgress): void {
      const which = pass ? `, pass ${pass.index} of ${pass.of}` : '';
      const isShare = (phase === 'merge' || phase === 'measure' || phase === 'load') && of > 1;
      const share = isShare ? `: ${Math.round((100 * step) / of)} %` : '';
      const words = phase === 'sample' ? `step ${step} of ${of}${which}` : `${WORDS[phase]}${share}`;
      if (output.isTTY) output.write(`\r\x1b[K${label}${words}`);
      else if (phase !== last) output.write(`${label}${phase === 'sample' ? `${of} steps` : WORDS[phase]}\n`);
      last = phase;
    },
    /** Something that is no phase of the engine's. */
    text(words: string): void {
      output.write(output.isTTY ? `\r\x1b[K${words}` : `${words}\n`);
    },
    /** How far along something is, where the line can be rewritten. */
    percent(label: string, share: number): void {
      const words = `${label}: ${Math.floor(100 * share)} %`;
      if (!output.isTTY || words === lastWords) return;
      lastWords = words;
      output.write(`\r\x1b[K${words}`);
    },
    clear(): void {
      if (output.isTTY) output.write('\r\x1b[K');
    },
  };
}
