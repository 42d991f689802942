import { blockText } from '../analysis/blockText';
import { type MappedText, sourceRange } from '../analysis/mapped';
import { type TemplateFinding, templateFindings } from '../dialects/dynamic/check';
import { parseDynamic } from '../dialects/dynamic/parse';
import type { Rule, RuleFinding } from './rule';

/** A template that the Dynamic Prompts extension cannot read or fill in. */
export const dynamicTemplate: Rule = {
  id: 'dynamic-template',
  description: 'A dynamic prompt cannot be read or filled in.',
  tags: ['syntax'],
  severity: 'error',
  fixable: 'no',
  check({ document, blocks, environment }, _options, report) {
    if (!environment.dynamicPrompts) return;
    for (const { tree, prompts } of blocks) {
      // Such a block was filled in before; its prompts are no templates.
      if (tree.parameters.some(({ key }) => key === 'Template' || key === 'Negative Template')) continue;
      for (const { side } of prompts) {
        const mapped = blockText(document, tree, side);
        if (!MARKS.test(mapped.text)) continue;
        const parsed = parseDynamic(mapped.text);
        if (parsed.ok)
          for (const finding of templateFindings(parsed.value, environment)) report(placed(mapped, finding));
        else {
          const { message, remedy, range } = parsed.problem;
          report(placed(mapped, { range, message: `${message} ${remedy}`, severity: 'error' }));
        }
      }
    }
  },
};

/** Without one of these a text is a template of one literal. */
const MARKS = /[{$%]|__/;

function placed(mapped: MappedText, { range, message, severity }: TemplateFinding): RuleFinding {
  return { range: sourceRange(mapped, range.start, range.end), message, severity };
}
