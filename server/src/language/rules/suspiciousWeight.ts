import type { Range } from '../../shared/range';
import { shortNumber } from '../domain/numbers';
import { withoutComments } from '../syntax/withoutComments';
import type { Rule, RuleContext, RuleFinding } from './rule';
import { bareWeightsOf } from './support/bareWeights';
import { partsOfPrompt } from './support/promptParts';
import { suspicionOf } from './support/suspicious';
import type { PromptView } from './view/prompts';

type Report = (finding: RuleFinding) => void;

/** Numbers after a colon that are most likely meant as text. */
export const suspiciousWeight: Rule = {
  id: 'suspicious-weight',
  description: 'A number after a colon is read as a weight, but was hardly meant as one (`16:9`, `12:00`).',
  tags: ['weight'],
  severity: 'warning',
  fixable: 'both',
  check(context, _options, report) {
    const text = withoutComments(context.document);
    for (const view of context.prompts) {
      for (const { item } of view.outline.groups) {
        const suspicion = suspicionOf(item, text);
        if (!suspicion || !item.weight) continue;
        const { weight } = item;
        if (suspicion.kind === 'ratio') {
          report({
            range: suspicion.range,
            message: `The web UI reads this as the weight ${shortNumber(weight.value)}, and \`${suspicion.text}\` does not reach the model. Give the bracket a weight of its own: \`${suspicion.text}:1.1\`.`,
            fixes: [
              {
                title: 'Keep the text: add a weight of 1.1',
                safe: true,
                edits: [{ range: { start: weight.range.end, end: weight.range.end }, newText: ':1.1' }],
              },
            ],
          });
          continue;
        }
        if (suspicion.kind === 'face') {
          const face = text.slice(suspicion.range.start + 1, suspicion.range.end - 1).trim();
          report({
            range: suspicion.range,
            message: `Nothing stands before the colon, so the web UI reads a weight of nothing, and \`${face}\` does not reach the model. Give the bracket a weight of its own: \`(${face}:1.1)\`.`,
            fixes: [
              {
                title: 'Keep the text: add a weight of 1.1',
                safe: true,
                edits: [{ range: { start: weight.range.end, end: weight.range.end }, newText: ':1.1' }],
              },
            ],
          });
          continue;
        }
        report({
          range: suspicion.range,
          message: `Only the last number is the weight: \`:${suspicion.first}\` is sent to the model as words, weighed with ${weight.text}. Keep one of the two.`,
          fixes: [
            {
              title: `Keep ${weight.text}`,
              safe: false,
              edits: [{ range: suspicion.firstRange, newText: '' }],
            },
            {
              title: `Keep ${suspicion.first}`,
              safe: false,
              edits: [{ range: { start: suspicion.firstRange.end, end: weight.range.end }, newText: '' }],
            },
          ],
        });
      }
      if (view.side === 'positive') checkEnds(view, context, text, report);
    }
  },
};

/** What may follow the last colon of a prompt to be its weight. */
const NUMBER = /^\s*([+-]?(?:\d+\.?|\d*\.\d+))\s*$/u;

/**
 * The web UI reads a number at the end of a prompt, or of an AND part, as the weight of the whole part, even where
 * nothing else is composed.
 */
function checkEnds(view: PromptView, context: RuleContext, text: string, report: Report): void {
  const parts = partsOfPrompt(view);
  const composed = parts.length > 1;
  const visible = blankTags(text, view);
  for (const part of parts) {
    if (!text.slice(part.start, part.end).includes(':')) continue;
    const shown = visible(part).trimEnd();
    const last = shown.lastIndexOf(':');
    const number = last < 0 ? undefined : NUMBER.exec(shown.slice(last + 1, last + 60))?.[1];
    if (number === undefined || shown.length > last + 60) continue;
    const before = shown.slice(Math.max(0, last - 10), last);
    const ratio = /(?:^|[^\d.])(\d{1,4})$/u.exec(before);
    const isFace =
      /(?:^|[,\r\n])\s*[>}]?$/u.test(last > 10 ? `_${before}` : before) && /^\d{1,2}$/u.test(number);
    const isRatio = isFace || (ratio !== null && /^\d+$/u.test(number));
    if (composed && !isRatio) continue;
    const colon = part.start + last;
    const end = part.start + shown.length;
    const value = Number(number);
    const range = { start: isRatio ? colon - (ratio?.[1]?.length ?? 0) : colon, end };
    if (!isRatio && value === 1) continue;
    const effect =
      value === 0
        ? 'multiplies the whole prompt by 0, so that nothing of it is drawn'
        : `multiplies the whole prompt by ${shortNumber(value)}`;
    const meant = isRatio ? undefined : bareWeightsOf(view, text).find((bare) => bare.colon === colon);
    const brackets = meant ? [{ ...meant.fix, safe: false }] : [];
    // With a blank before the colon it is how the weight of a part is written.
    const spaced = /\s$/u.test(before);
    report({
      range,
      message: `A number after a colon at the end is the weight of the prompt itself: the web UI takes \`${context.document.text.slice(range.start, range.end)}\` apart and ${effect}. ${isRatio ? 'End with a comma to keep it as text.' : `Put the words it belongs to in brackets: \`${meant?.meant ?? '(words:1.2)'}\`.`}`,
      fixes: [
        ...(spaced ? [] : brackets),
        {
          title: 'End with a comma: keep it as text',
          safe: isRatio,
          edits: [{ range: { start: end, end }, newText: ',' }],
        },
        ...(spaced ? brackets : []),
      ],
    });
  }
}

/** Tags are gone before the web UI looks at the end, or have a finding of their own; blanks of the same length keep the offsets. */
function blankTags(text: string, view: PromptView): (range: Range) => string {
  const gone = view.tags.map(({ tag }) => tag.range);
  // Ranges are asked about in rising order, so that every tag is looked at once.
  let next = 0;
  return (range) => {
    let result = '';
    let at = range.start;
    while (next < gone.length && (gone[next]?.start ?? 0) < range.start) next++;
    for (let index = next; index < gone.length; index++) {
      const tag = gone[index] as Range;
      if (tag.start >= range.end) break;
      if (tag.start < at || tag.end > range.end) continue;
      result += text.slice(at, tag.start) + ' '.repeat(tag.end - tag.start);
      at = tag.end;
    }
    return result + text.slice(at, range.end);
  };
}
