import { withoutComments } from '../syntax/withoutComments';
import type { Rule, RuleContext, RuleFinding } from './rule';
import { syntaxCheck } from './support/syntaxErrors';

/** `<lora:name:1` without its end. */
export const unclosedTag: Rule = {
  id: 'unclosed-tag',
  description: 'A `<type:…` tag has no `>` on its line.',
  tags: ['syntax'],
  severity: 'error',
  fixable: 'safe',
  check(context, options, report) {
    check(context, options, (finding) => {
      // SwarmUI reads tags inside tags.
      if (context.environment.target === 'swarmui' && isNested(finding, context)) return;
      report(finding);
    });
  },
};

const check = syntaxCheck('unclosed-tag', (finding, context) => {
  const { start, end } = finding.range;
  const text = withoutComments(context.document);
  if (isNested(finding, context)) {
    return {
      message: `A tag inside a tag is not read: the web UI takes \`${text.slice(start, end)}\` up to the first ">" for one tag and leaves the rest as words. Write the value itself instead of the inner tag.`,
    };
  }
  const broken = /^[ \t]*(\r\n|\r|\n)[ \t]*[^<>,\r\n()]{0,80}>/u.exec(text.slice(end, end + 120));
  if (broken) {
    const gap = /^\s+/u.exec(broken[0])?.[0].length ?? 0;
    return {
      message:
        'This tag is broken over two lines, and the line break becomes part of its name or number, so nothing is loaded. Write it on one line.',
      fixes: [
        {
          title: 'Write it on one line',
          safe: true,
          edits: [{ range: { start: end, end: end + gap }, newText: '' }],
        },
      ],
    };
  }
  // `<lora:x:1)`: the wrong bracket, where none is open.
  const wrong = /^[)\]}]/u.test(text.slice(end)) && strayAt(end, context);
  return {
    fixes: [
      {
        title: 'Add `>`',
        safe: true,
        edits: [{ range: { start: end, end: wrong ? end + 1 : end }, newText: '>' }],
      },
    ],
  };
});

/** `<lora:name:<random:0.5:1>>`: the next tag begins where this one expects a name or a number. */
function isNested({ range }: RuleFinding, { document: { text } }: RuleContext): boolean {
  return text[range.end] === '<' && /[:=]$/u.test(text.slice(range.start, range.end));
}

function strayAt(offset: number, { document }: RuleContext): boolean {
  return document.errors.some(
    ({ code, range }) => code === 'unbalanced-bracket' && range.start === offset && range.end === offset + 1,
  );
}
