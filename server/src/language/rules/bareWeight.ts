import { withoutComments } from '../syntax/withoutComments';
import type { Rule } from './rule';
import { bareWeightsOf } from './support/bareWeights';
import { endsPart } from './support/promptParts';

/** `red dress:1.2` and `(hat):1.2`: a weight is one only inside the brackets. */
export const bareWeight: Rule = {
  id: 'bare-weight',
  description: 'A weight such as `red dress:1.2` stands outside brackets and is read as words.',
  tags: ['weight'],
  severity: 'warning',
  fixable: 'both',
  check(context, _options, report) {
    if (!context.document.text.includes(':')) return;
    const text = withoutComments(context.document);
    for (const view of context.prompts) {
      for (const { range, number, kind, meant, fix } of bareWeightsOf(view, text)) {
        // At the end of a positive prompt it is the weight of the whole prompt, and `suspicious-weight` says so.
        if (view.side === 'positive' && endsPart(view, range.end, text)) continue;
        const effect =
          kind === 'group'
            ? `The number stands outside the bracket: the words are weighed with the bracket's own weight, and \`:${number}\` is sent to the model as words.`
            : `A weight needs brackets around the words and the number: \`:${number}\` is sent to the model as words.`;
        report({ range, message: `${effect} Write \`${meant}\`.`, fixes: [fix] });
      }
    }
  },
};
