import type { Environment, LoraLookup } from '../../../server/src/language/environment';
import { EMPTY_ENVIRONMENT } from '../../../server/src/language/environment';
import type { Document } from '../../../server/src/language/syntax/nodes';
import { parse } from '../../../server/src/language/syntax/parse';
import type { LoraFacts, ModelFacts } from '../../../server/src/shared/facts';
import { type LoraFields, loraFacts } from '../../support/loraFacts';

/** A LoRA of which only the interesting facts need to be named. */
export function lora(name: string, facts: Partial<LoraFields> = {}): LoraFacts {
  return loraFacts({
    name,
    path: `/loras/${name}.safetensors`,
    architecture: 'sd1',
    candidates: [facts.architecture ?? 'sd1'],
    reason: 'cross-attention takes 768 values',
    rank: 16,
    modules: { unet: 192 },
    ...facts,
  });
}

export function model(name: string, facts: Partial<ModelFacts> = {}): ModelFacts {
  return { name, format: 'declared', architecture: 'sd1', source: 'sdprompt.config.json', ...facts };
}

/** Names, then aliases, exactly: enough of the web UI's rules for tests of features. */
export function lookup(all: readonly LoraFacts[]): LoraLookup {
  return {
    known: 'files',
    all,
    resolve(name) {
      const byName = all.filter((entry) => entry.file.name === name);
      const byAlias = all.filter((entry) => entry.file.alias === name);
      const byPath = all.filter((entry) => entry.file.relativePath.replace(/\.[^.]+$/, '') === name);
      const chosen = byName.at(-1) ?? byAlias.at(-1) ?? byPath.at(-1);
      const how = byName.length > 0 ? 'name' : byAlias.length > 0 ? 'alias' : 'path';
      const candidates = [...new Set([...byName, ...byAlias, ...byPath])];
      return chosen ? { chosen, candidates, how } : { candidates };
    },
  };
}

export function environment(loras: readonly LoraFacts[], rest: Partial<Environment> = {}): Environment {
  return { ...EMPTY_ENVIRONMENT, loras: lookup(loras), ...rest };
}

/** A text with `|` where the cursor stands. A literal `|` is written `¦`. */
export function atCursor(marked: string): { text: string; offset: number; document: Document } {
  const offset = marked.indexOf('|');
  if (offset < 0) throw new Error('The text has no cursor mark.');
  const text = (marked.slice(0, offset) + marked.slice(offset + 1)).replaceAll('¦', '|');
  return { text, offset, document: parse(text) };
}
