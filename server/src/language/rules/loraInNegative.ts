import type { Rule } from './rule';
import { removalRange } from './support/removal';
import { isLoraType } from './view/prompts';

/** Networks are read from positive prompts only. */
export const loraInNegative: Rule = {
  id: 'lora-in-negative',
  description: 'A `<lora:…>` tag stands in the negative prompt.',
  tags: ['lora'],
  severity: 'warning',
  fixable: 'unsafe',
  check(context, _options, report) {
    for (const view of context.prompts) {
      if (view.side !== 'negative') continue;
      for (const { tag } of view.tags) {
        if (!tag.closed || !(isLoraType(tag.tagType) || tag.tagType === 'hypernet')) continue;
        const text = context.document.text.slice(tag.range.start, tag.range.end);
        report({
          range: tag.range,
          message: `Networks are read from the positive prompt only: here \`${text}\` loads nothing, and its letters are sent to the model as words. Move it to the positive prompt, with a negative weight if you want its opposite, or remove it.`,
          fixes: [
            {
              title: 'Remove the tag from the negative prompt',
              safe: false,
              edits: [{ range: removalRange(context.document, tag.range), newText: '' }],
            },
          ],
        });
      }
    }
  },
};
