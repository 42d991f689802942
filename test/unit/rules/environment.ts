import { EMPTY_ENVIRONMENT, type Environment } from '../../../server/src/language/environment';
import type { LoraFacts, ModelFacts } from '../../../server/src/shared/facts';
import { type LoraFields, loraFacts } from '../../support/loraFacts';

/** A LoRA with everything a rule may ask for; tests say what is special about it. */
export function lora(name: string, facts: Partial<LoraFields> = {}): LoraFacts {
  return loraFacts({
    name,
    path: `/loras/${name}.safetensors`,
    architecture: 'sd1',
    candidates: [facts.architecture ?? 'sd1'],
    reason: 'its cross attention is 768 wide',
    modules: { unet: 192 },
    ...facts,
  });
}

export function model(name: string, facts: Partial<ModelFacts> = {}): ModelFacts {
  return { name, format: 'declared', architecture: 'sd1', source: 'sdprompt.config.json', ...facts };
}

/** An environment whose LoRAs are looked up by name and alias, as the web UI does: the last file of a name wins. */
export function environment(loras: readonly LoraFacts[], facts: Partial<Environment> = {}): Environment {
  return {
    ...EMPTY_ENVIRONMENT,
    loras: {
      known: 'files',
      all: loras,
      searched: ['loras'],
      resolve(name) {
        const candidates = loras.filter((entry) => entry.file.name === name || entry.file.alias === name);
        const chosen = candidates[candidates.length - 1];
        return { ...(chosen && { chosen }), candidates };
      },
    },
    ...facts,
  };
}

/** What most cases need: some LoRAs of several kinds, three models, embeddings and wildcards. */
export const STUDIO: Environment = environment(
  [
    lora('outline', { triggerWords: ['lineart'], triggerSource: 'activation text' }),
    lora('detail', { preferredWeight: 0.6 }),
    lora('film_grain'),
    lora('mira', { triggerWords: ['m1ra'], triggerSource: 'trainedWords', preferredWeight: 0.8 }),
    lora('xl_style', { architecture: 'sdxl', reason: 'its cross attention is 2048 wide' }),
    lora('pony_style', { architecture: 'sdxl', family: 'pony' }),
    lora('flux_style', { architecture: 'flux', reason: 'it has double blocks' }),
    lora('either', { architecture: undefined, candidates: ['sd1', 'sd2'] }),
    lora('mystery', { architecture: undefined, candidates: [] }),
    lora('twin', { relativePath: 'a/twin.safetensors' }),
    lora('twin', { relativePath: 'b/twin.safetensors' }),
    lora('hurt', {
      status: 'broken',
      problem: {
        code: 'header',
        message: 'The header is longer than the file.',
        remedy: 'Download it again.',
      },
    }),
    lora('old', { status: 'unread', relativePath: 'old.pt', path: '/loras/old.pt' }),
    lora('smooth', { status: 'other', kind: 'vae' }),
  ],
  {
    models: [
      model('sd15'),
      model('sdxl_base', { architecture: 'sdxl' }),
      model('illustriousXL', { architecture: 'sdxl' }),
      model('chroma1', { architecture: 'chroma' }),
    ],
    baseModel: model('sd15'),
    embeddings: [{ name: 'EasyNegative' }, { name: 'badhandv4' }, { name: 'my_style_embedding' }],
    embeddingsKnown: true,
    wildcards: ['colors', 'hair/long', 'hair/short'],
    countTokens: (text) => text.split(/\s+/u).filter((word) => word !== '').length,
  },
);
