import type { LoraFacts } from '../../shared/facts';
import { orList } from '../domain/names';
import { fold, indexOfPhrase } from '../text/fold';
import type { Fix, Rule } from './rule';
import { firmTriggers } from './support/triggers';
import { foldedText } from './view/foldedText';

/** A LoRA that was trained on a word which the prompt does not say. */
export const missingTriggerWord: Rule = {
  id: 'missing-trigger-word',
  description: 'None of the trigger words of a LoRA occurs in the prompt.',
  tags: ['lora'],
  severity: 'info',
  fixable: 'unsafe',
  check(context, _options, report) {
    for (const block of context.blocks) {
      for (const view of block.prompts) {
        if (view.side === 'negative') continue;
        for (const { tag, network } of view.loras) {
          const lora = context.environment.loras.resolve(network.name).chosen;
          if (!lora || (network.te === 0 && network.unet === 0)) continue;
          const triggers = firmTriggers(lora);
          if (triggers.length === 0) continue;
          const said = foldedText(context.document, view);
          if (triggers.some((trigger) => isSaid(trigger, said))) continue;
          const shown = orList(triggers.slice(0, 3)) + (triggers.length > 3 ? ' …' : '');
          const source = lora.network.triggerSource ? ` (from ${lora.network.triggerSource})` : '';
          report({
            range: tag.range,
            message: `\`${network.name}\` was trained on ${shown}${source}, and the prompt does not say it: the LoRA will show little or nothing. Add the word, or silence this where the effect is wanted without it.`,
            fixes: triggers.slice(0, 3).map((trigger) => insertion(trigger, tag.range.start, lora)),
          });
        }
      }
    }
  },
};

/** A trigger that is a list of tags counts as said when any of its parts is. */
function isSaid(trigger: string, text: string): boolean {
  return trigger.split(',').some((part) => indexOfPhrase(text, fold(part)) >= 0);
}

function insertion(trigger: string, at: number, lora: LoraFacts): Fix {
  // Activation texts are written for prompts; other words are names whose brackets are no weights.
  const raw = lora.network.triggerSource === 'activation text' || trigger.includes('\\');
  const text = raw ? trigger : trigger.replace(/[()[\]]/gu, '\\$&');
  return {
    title: `Insert the trigger word \`${trigger}\``,
    safe: false,
    edits: [{ range: { start: at, end: at }, newText: `${text}, ` }],
  };
}
