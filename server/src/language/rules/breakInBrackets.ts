import type { Rule } from './rule';

/** BREAK is recognised by its weight, and any bracket changes that. */
export const breakInBrackets: Rule = {
  id: 'break-in-brackets',
  description: 'A BREAK stands inside brackets, where it is a word like any other.',
  tags: ['weight'],
  severity: 'warning',
  fixable: 'no',
  check(context, _options, report) {
    for (const view of context.prompts) {
      for (const { item, parents } of view.outline.breaks) {
        const around = parents.find((parent) => parent.type === 'group');
        if (!around || view.resolved.breaks.some(({ start }) => start === item.range.start)) continue;
        report({
          range: item.range,
          message:
            'Inside brackets BREAK does not begin a new chunk: the bracket changes its weight, and the model is sent the word "BREAK". Close the bracket before it and open a new one after it.',
          related: [
            {
              range: { start: around.range.start, end: around.range.start + 1 },
              message: 'This bracket is open there.',
            },
          ],
        });
      }
    }
  },
};
