import type { ProviderChoice } from '../../shared/engineProtocol';

/** A name that ONNX Runtime gives an execution provider. */
export type Provider = Exclude<ProviderChoice, 'auto'>;

/** An execution provider of this build; `bundled` means that its libraries are part of the build. */
export interface Backend {
  readonly name: string;
  readonly bundled: boolean;
}

/** What `auto` chooses where this build has it: providers that need nothing installed. Elsewhere `auto` is the CPU. */
const BY_PLATFORM: Readonly<Record<string, Provider>> = { win32: 'dml' };

const WORDS: Readonly<Record<Provider, string>> = {
  cpu: 'the CPU',
  cuda: 'CUDA',
  dml: 'DirectML',
  coreml: 'CoreML',
  webgpu: 'WebGPU',
};

/** The provider to use, and why it is not the one that was asked for. */
export interface ChosenProvider {
  readonly name: Provider;
  readonly note?: string;
}

/**
 * Chooses the execution provider. `auto` is DirectML on Windows where this build has it, and the CPU everywhere else,
 * without a note. A provider that this build lacks falls back to the CPU, with a note.
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

/** Tells the user that the CPU is used instead. */
export function fallbackNote(wanted: Provider, why: string): string {
  const reason = why.replace(/\.$/, '');
  return `${WORDS[wanted]} cannot be used, so the CPU is used: ${reason}.`;
}
