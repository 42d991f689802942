import { fitOf, groupModules } from '../formats/lora';
import { readHeader } from '../formats/safetensors';
import type { ModuleFit } from '../language/environment';
import { openFileSource } from '../library/fileSource';
import type { LoraFacts, ModelFacts } from '../shared/facts';

/** Reasons kept per file; a message shows the first. */
const MAX_REASONS = 3;

/** Counts how many modules of a network have a place in a model. */
export type CountFit = (lora: LoraFacts, model: ModelFacts) => ModuleFit | undefined;

/**
 * A counter that remembers. It reads the LoRA's header when it is asked, and not before: only the few LoRAs that a
 * document names are ever asked about. Undefined when the file or the model's modules are not at hand.
 */
export function createFit(): CountFit {
  const known = new WeakMap<ModelFacts, Map<string, ModuleFit | undefined>>();
  return (lora, model) => {
    if (lora.file.path === undefined || lora.network.status !== 'ok' || !model.modules) return undefined;
    let answers = known.get(model);
    if (!answers) {
      answers = new Map();
      known.set(model, answers);
    }
    const key = `${lora.file.path}\0${lora.file.modified ?? ''}\0${lora.file.size ?? ''}`;
    if (!answers.has(key)) answers.set(key, count(lora.file.path, model.modules));
    return answers.get(key);
  };
}

function count(file: string, modules: NonNullable<ModelFacts['modules']>): ModuleFit | undefined {
  const source = openFileSource(file);
  if (!source.ok) return undefined;
  try {
    const header = readHeader(source.value);
    if (!header.ok) return undefined;
    const { tensors } = header.value;
    const { fits, total, misfits } = fitOf(groupModules(tensors), (name) => tensors.get(name), modules);
    const reasons = misfits.slice(0, MAX_REASONS).map(({ module, reason }) => `${module}: ${reason}`);
    return { fitting: fits, total, reasons };
  } finally {
    source.value.close();
  }
}
