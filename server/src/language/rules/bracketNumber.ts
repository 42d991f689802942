import { shortNumber } from '../domain/numbers';
import type { Rule } from './rule';
import { looksLikeBracketWeight } from './support/suspicious';

/** `[word:1.2]`, copied from the habit of `(word:1.2)`. */
export const bracketNumber: Rule = {
  id: 'bracket-number',
  description: '`[word:1.2]` is not a weight: it adds the word after the last step, that is never.',
  tags: ['weight', 'schedule'],
  severity: 'warning',
  fixable: 'unsafe',
  check(context, _options, report) {
    for (const view of context.prompts) {
      if (view.resolved.scheduleFailed) continue;
      for (const { item } of view.outline.schedules) {
        if (!looksLikeBracketWeight(item)) continue;
        const { when, range } = item;
        const { text } = context.document;
        const words = text.slice(range.start + 1, when.range.start).replace(/\s*:\s*$/u, '');
        const less = shortNumber(1 / when.value);
        report({
          range,
          message: `Square brackets with a number add the words during the picture: \`${when.text}\` of the steps is after the last one, so they are never used. Write \`(${words}:${when.text})\` to strengthen them or \`(${words}:${less})\` to weaken them.`,
          fixes: [
            {
              title: `Strengthen: (${words}:${when.text})`,
              safe: false,
              edits: [{ range, newText: `(${words}:${when.text})` }],
            },
            {
              title: `Weaken: (${words}:${less})`,
              safe: false,
              edits: [{ range, newText: `(${words}:${less})` }],
            },
          ],
        });
      }
    }
  },
};
