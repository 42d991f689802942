import { mayRepeat } from '../analysis/fastPaths';
import { fold } from '../text/fold';
import type { Rule } from './rule';
import { removalRange } from './support/removal';

/** The same words twice between commas. */
export const duplicateTag: Rule = {
  id: 'duplicate-tag',
  description: 'The same tag occurs twice in a prompt.',
  tags: ['style'],
  severity: 'info',
  fixable: 'unsafe',
  options: {
    properties: {
      ignore: {
        type: 'array',
        items: { type: 'string' },
        default: [],
        description: 'Tags that may be repeated.',
      },
    },
  },
  check(context, options, report) {
    const ignored = new Set((options.ignore as readonly string[]).map(fold));
    for (const view of context.prompts) {
      if (!mayRepeat(view.phrases)) continue;
      const first = new Map<string, { start: number; end: number }>();
      for (const phrase of view.phrases) {
        if (phrase.hasTag) continue;
        const words = fold(phrase.text);
        if (words === '' || ignored.has(words)) continue;
        // BREAK and AND begin a text of their own, in which a tag may well be said again.
        const key = phrase.part === 0 ? words : `${phrase.part}\n${words}`;
        const before = first.get(key);
        if (!before) {
          first.set(key, phrase.range);
          continue;
        }
        report({
          range: phrase.range,
          message: `\`${phrase.text}\` is already in this prompt. Said twice it weighs a little more and costs tokens: write \`(${phrase.text}:1.1)\` once instead, or remove it.`,
          related: [{ range: before, message: 'First said here.' }],
          unnecessary: true,
          fixes: [
            {
              title: 'Remove the repetition',
              safe: false,
              edits: [{ range: removalRange(context.document, phrase.range), newText: '' }],
            },
          ],
        });
      }
    }
  },
};
