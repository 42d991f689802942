import type { Rule } from './rule';
import { activeLoras } from './view/prompts';

/** Tags are taken out of the prompt before schedules are read. */
export const loraInSchedule: Rule = {
  id: 'lora-in-schedule',
  description: 'A `<lora:…>` tag stands inside a schedule or an alternation.',
  tags: ['lora', 'schedule'],
  severity: 'warning',
  fixable: 'no',
  check(context, _options, report) {
    for (const block of context.blocks) {
      for (const { tag, parents } of activeLoras(block)) {
        const around = parents.find((parent) => parent.type !== 'group');
        if (!around) continue;
        const shape = around.type === 'schedule' ? '`[from:to:when]`' : '`[a|b]`';
        report({
          range: tag.range,
          message: `The web UI takes tags out before it reads ${shape}, so this LoRA works at its full weight from the first step to the last. Write the tag outside the brackets, or use an extension that can schedule LoRAs.`,
          related: [{ range: around.range, message: 'These brackets do not switch it.' }],
        });
      }
    }
  },
};
