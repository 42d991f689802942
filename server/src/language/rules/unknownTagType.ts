import { distance } from 'fastest-levenshtein';
import { withoutComments } from '../syntax/withoutComments';
import { finderOf } from '../text/finder';
import type { Rule, RuleFinding } from './rule';
import { knownTagTypes } from './support/tagTypes';
import type { PromptView, UsedTag } from './view/prompts';

/** Every `<word:…>` is taken out of the prompt, whether the word means something or not. */
export const unknownTagType: Rule = {
  id: 'unknown-tag-type',
  description: 'The type of a `<type:…>` tag is unknown, or spelled so that it is not read.',
  tags: ['syntax'],
  severity: 'warning',
  fixable: 'both',
  check(context, _options, report) {
    const { target } = context.environment;
    const known = knownTagTypes(target);
    const text = withoutComments(context.document);
    for (const view of context.prompts) {
      // In a negative prompt a tag is plain text whatever it is called; `lora-in-negative` speaks of those that matter.
      if (view.side === 'negative') continue;
      for (const used of view.tags) {
        if (!used.tag.closed || known.includes(used.tag.tagType)) continue;
        report(judge(used, known));
      }
      for (const finding of lostBrackets(view, text)) report(finding);
      const signs = finderOf(text, '<');
      for (const item of view.outline.texts) {
        if (signs(item.range.start) >= item.range.end) continue;
        for (const match of text.slice(item.range.start, item.range.end).matchAll(SPACED)) {
          const start = item.range.start + match.index;
          const range = { start, end: start + match[0].length };
          const newText = match[0].replace(/\s+/gu, '');
          report({
            range,
            severity: 'error',
            message: `With a blank in \`${match[0]}\` this is no tag: it stays in the prompt as words, and nothing is loaded. Write \`${newText}\`.`,
            fixes: [{ title: `Write \`${newText}\``, safe: true, edits: [{ range, newText }] }],
          });
        }
      }
    }
  },
};

const SPACED = /<\s+(?:lora|lyco|hypernet)\s*:(?=[^<>\r\n]*>)|<(?:lora|lyco|hypernet)\s+:(?=[^<>\r\n]*>)/giu;

/** A tag of which one or both of the angle brackets were lost, or became those of HTML, a round or a square bracket. */
const LOST =
  /&lt;(lora|lyco|hypernet):([^<>&\r\n]+?)&gt;|(?<![\w<])[([{«‹](lora|lyco|hypernet):([^<>(){}[\]:,\r\n]+(?::-?\d*\.?\d+){1,2})[)\]}»›]|(?<![\w<([{]|<\s+)(lora|lyco|hypernet):([^<>(){}[\]:,\r\n]+(?::-?\d*\.?\d+){1,2})(?![\w.:])>?|(?<![\w<([{]|<\s+)(lora|lyco|hypernet):([^<>(){}[\]:,\s]+)>/giu;

function* lostBrackets(view: PromptView, text: string): Generator<RuleFinding> {
  const { start, end } = view.tree.range;
  const part = text.slice(start, end);
  if (!/(?:lora|lyco|hypernet):/iu.test(part)) return;
  for (const match of part.matchAll(LOST)) {
    const [written, ...groups] = match;
    const [type, args] = groups.filter((group) => group !== undefined);
    if (type === undefined || args === undefined) continue;
    const range = { start: start + match.index, end: start + match.index + written.length };
    if (view.tags.some(({ tag }) => tag.range.start < range.end && range.start < tag.range.end)) continue;
    const newText = `<${type.toLowerCase()}:${args}>`;
    yield {
      range,
      severity: 'error',
      message: `Without its "<" and ">", \`${written}\` is no tag: it is sent to the model as words, and nothing is loaded. Write \`${newText}\`.`,
      fixes: [{ title: `Write \`${newText}\``, safe: true, edits: [{ range, newText }] }],
    };
  }
}

function judge({ tag }: UsedTag, known: readonly string[]): RuleFinding {
  const type = tag.tagType;
  const lower = type.toLowerCase();
  const range = tag.tagTypeRange;
  if (known.includes(lower)) {
    return {
      range,
      severity: 'error',
      message: `Tag types are case-sensitive: \`<${type}:…>\` is taken out of the prompt and loads nothing. Write \`${lower}\`.`,
      fixes: [{ title: `Change to \`${lower}\``, safe: true, edits: [{ range, newText: lower }] }],
    };
  }
  const near = known
    .filter((name) => name.length >= 4 && distance(lower, name) <= 2)
    .sort((a, b) => distance(lower, a) - distance(lower, b))[0];
  if (near !== undefined) {
    return {
      range,
      severity: 'error',
      message: `\`<${type}:…>\` is taken out of the prompt and loads nothing. Did you mean \`${near}\`?`,
      fixes: [{ title: `Change to \`${near}\``, safe: false, edits: [{ range, newText: near }] }],
    };
  }
  return {
    range: tag.range,
    message: `The web UI takes every \`<word:…>\` out of the prompt, also where no extension reads it: these words do not reach the model. Write them without \`<\` and \`>\` if they are meant as text.`,
  };
}
