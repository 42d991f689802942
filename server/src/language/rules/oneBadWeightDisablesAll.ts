import { andList } from '../domain/names';
import { parseFloatPython, parseIntPython } from '../text/python';
import type { Rule } from './rule';
import { dynArgument, weightArguments } from './support/weightArguments';
import { activeLoras, type UsedLora } from './view/prompts';

/** The web UI activates all LoRAs of a prompt in one go, and the first error ends it. */
export const oneBadWeightDisablesAll: Rule = {
  id: 'one-bad-weight-disables-all',
  description: 'A LoRA is switched off because another one of the prompt has an unreadable weight.',
  tags: ['lora', 'weight'],
  severity: 'warning',
  fixable: 'no',
  check(context, _options, report) {
    for (const block of context.blocks) {
      const loras = activeLoras(block);
      const bad = loras.find(isUnreadable);
      const sound = loras.filter((used) => !isUnreadable(used));
      const first = sound[0];
      if (!bad || !first) continue;
      const others = [...new Set(sound.map((used) => used.network.name))];
      report({
        range: first.tag.range,
        message: `${andList(others.slice(0, 4))}${others.length > 4 ? ' and others' : ''} ${others.length > 1 ? 'are' : 'is'} switched off too, because the weight of \`${bad.network.name}\` cannot be read and the web UI then loads none of the prompt's LoRAs. Correct that weight.`,
        related: [{ range: bad.tag.range, message: 'This weight cannot be read.' }],
      });
    }
  },
};

function isUnreadable({ tag }: UsedLora): boolean {
  const dyn = dynArgument(tag);
  return (
    weightArguments(tag).some(({ text }) => parseFloatPython(text) === undefined) ||
    (dyn !== undefined && parseIntPython(dyn.text) === undefined)
  );
}
