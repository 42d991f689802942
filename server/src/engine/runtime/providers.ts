import type { ProviderChoice } from '../../shared/engineProtocol';

/** A name that ONNX Runtime gives an execution provider. */
export type Provider = Exclude<ProviderChoice, 'auto'>;

/** A provider of this build; `bundled` says that its libraries are part of it. */
export interface Backend {
  readonly name: string;
  readonly bundled: boolean;
}

/** What `auto` tries before the processor: the one that comes with the system. */
const BY_PLATFORM: Readonly<Record<string, Provider>> = { win32: 'dml', linux: 'cuda' };

const WORDS: Readonly<Record<Provider, string>> = {
  cpu: 'the processor',
  cuda: 'CUDA',
  dml: 'DirectML',
  coreml: 'CoreML',
  webgpu: 'WebGPU',
};

/** The provider to try, and why not the one that was asked for. */
export interface ChosenProvider {
  readonly name: Provider;
  readonly note?: string;
}

/**
 * The provider to try first. One that this build does not have is not tried. `auto` takes what needs nothing installed,
 * else the processor, and has nothing to say about it.
 */
export function chooseProvider(
  wanted: ProviderChoice,
  backends: readonly Backend[],
  platform: string,
): ChosenProvider {
  if (wanted === 'cpu') return { name: 'cpu' };
  if (wanted === 'auto') {
    const name = BY_PLATFORM[platform];
    return { name: name && backends.some((one) => one.name === name && one.bundled) ? name : 'cpu' };
  }
  if (backends.some(({ name }) => name === wanted)) return { name: wanted };
  const names = backends.map(({ name }) => name).join(', ');
  return { name: 'cpu', note: fallbackNote(wanted, `this build of ONNX Runtime has ${names}`) };
}

/** Says aloud that the processor computes instead. */
export function fallbackNote(wanted: Provider, why: string): string {
  const reason = why.replace(/\.$/, '');
  return `${WORDS[wanted]} cannot be used, so the processor computes: ${reason}.`;
}
