import type { LoraFacts, ModelFacts } from '../../shared/facts';
import { architectureFit, architectureTitle, familyOfName, relatedFamilies } from '../domain/architectures';
import { modelOf } from '../domain/models';
import type { Environment } from '../environment';
import type { Rule, RuleFinding } from './rule';
import { activeLoras } from './view/prompts';

/** A LoRA trained for another kind of model than the block's base model. */
export const loraArchitecture: Rule = {
  id: 'lora-architecture',
  aliases: ['lora-base-model'],
  description: 'A LoRA does not fit the base model of its block.',
  tags: ['lora'],
  severity: 'error',
  fixable: 'no',
  check(context, _options, report) {
    const { environment } = context;
    for (const block of context.blocks) {
      const model = modelOf(block.tree, environment);
      if (!model) continue;
      for (const { network } of activeLoras(block)) {
        const lora = environment.loras.resolve(network.name).chosen;
        if (lora?.network.status !== 'ok' || lora.network.kind !== 'lora') continue;
        const finding = judge(network.name, lora, model, environment);
        if (finding) report({ range: network.nameRange, ...finding });
      }
    }
  },
};

type Judgement = Pick<RuleFinding, 'message' | 'severity'>;

/** Counts modules where both files are known; compares architectures where not; says nothing where neither decides. */
function judge(
  name: string,
  lora: LoraFacts,
  model: ModelFacts,
  environment: Environment,
): Judgement | undefined {
  const fit = environment.fit?.(lora, model);
  if (fit && fit.total > 0) {
    if (fit.fitting === 0) return misfit(name, lora, model, 'none of its modules has a place there');
    if (fit.fitting < fit.total)
      return partial(name, model, `${fit.fitting} of ${fit.total}`, fit.reasons[0]);
    return otherFamily(name, lora, model);
  }
  const { architecture } = model;
  const possible = lora.network.architecture ? [lora.network.architecture] : lora.network.candidates;
  if (!architecture) return undefined;
  if (possible.length === 0) return unknownKind(name, lora, model);
  const fits = possible.map((candidate) => architectureFit(candidate, architecture));
  if (fits.includes('same')) return lora.network.architecture ? otherFamily(name, lora, model) : undefined;
  if (fits.includes('partial')) {
    const made = possible.map(architectureTitle).join(' or ');
    return partial(name, model, 'only some', `it was made for ${made}`);
  }
  return misfit(name, lora, model, 'it changes nothing or stops the picture');
}

/** Nothing is known that has its modules, so that it does not fit a base model whose modules are known. */
function unknownKind(name: string, lora: LoraFacts, model: ModelFacts): Judgement {
  const base = architectureTitle(model.architecture!);
  return {
    severity: 'warning',
    message: `\`${name}\` is made for a kind of model that is not known here (${source(lora.network.reason)}), so it probably changes nothing in the base model \`${model.name}\`, which is ${base}. Choose a LoRA made for ${base}, or name its own model in \`Model:\`.`,
  };
}

function misfit(name: string, lora: LoraFacts, model: ModelFacts, effect: string): Judgement {
  const possible = lora.network.architecture ? [lora.network.architecture] : lora.network.candidates;
  const made = possible.length > 0 ? possible.map(architectureTitle).join(' or ') : 'another kind of model';
  const base = model.architecture ? architectureTitle(model.architecture) : 'of another kind';
  return {
    severity: 'error',
    message: `\`${name}\` is made for ${made} (${source(lora.network.reason)}), but the base model \`${model.name}\` is ${base} (${source(model.source)}): ${effect}. Choose a LoRA made for ${base}, or name another model in \`Model:\`.`,
  };
}

function partial(name: string, model: ModelFacts, count: string, why: string | undefined): Judgement {
  const reason = why ? ` (${source(why)})` : '';
  return {
    severity: 'warning',
    message: `${upperFirst(count)} modules of \`${name}\` fit the base model \`${model.name}\`${reason}; the rest is left out, and the picture will not look as the LoRA's author meant. Look for a version made for this model.`,
  };
}

/** SDXL families have the same tensors: the network loads, and still draws badly. */
function otherFamily(name: string, lora: LoraFacts, model: ModelFacts): Judgement | undefined {
  const family = model.family ?? familyOfName(model.name);
  if (!lora.network.family || !family || relatedFamilies(lora.network.family, family)) return undefined;
  return {
    severity: 'info',
    message: `\`${name}\` was trained on ${lora.network.family}, and the base model \`${model.name}\` belongs to ${family}. It loads, because both are SDXL, but expect a weaker or distorted effect.`,
  };
}

function source(text: string): string {
  return text.trim().replace(/\.$/u, '');
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
