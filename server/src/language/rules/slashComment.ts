import type { Range } from '../../shared/range';
import type { Target } from '../environment';
import { withoutComments } from '../syntax/withoutComments';
import type { Fix, Rule, RuleFinding } from './rule';
import type { PromptView } from './view/prompts';

/** Programs that take `//` and `/* *\/` out of a prompt. */
const READS: ReadonlySet<Target> = new Set(['comfyui']);
/** Programs that read `#` to the end of the line as a comment. */
const HASH: ReadonlySet<Target> = new Set(['a1111', 'forge', 'sdnext', 'krita']);

/** Comments of programming languages and of ComfyUI. */
export const slashComment: Rule = {
  id: 'slash-comment',
  description: 'A comment written with `//`, `/* */` or `<!-- -->` is sent to the model as words.',
  tags: ['style', 'portability'],
  severity: 'warning',
  fixable: 'both',
  check(context, _options, report) {
    const { target } = context.environment;
    if (READS.has(target) || !/\/\/|\/\*|<!--/u.test(context.document.text)) return;
    const text = withoutComments(context.document);
    for (const view of context.prompts) {
      for (const finding of commentsOf(view, text, HASH.has(target))) report(finding);
    }
  },
};

/** A comment line, one behind words, and one between its marks; what stands in an address is none. */
const COMMENT =
  /^[^\S\r\n]*(\/\/+(?![\w.]+\/)[^\r\n]*)|(?<=[\s,])(\/\/+(?=\s)[^\r\n]*)|(\/\*(?:(?!\*\/)[\s\S])*\*\/)|(<!--(?:(?!-->)[\s\S])*-->)/gmu;
/** Beyond this the text after an opening mark is not searched for its end. */
const LONGEST = 4000;

function* commentsOf(view: PromptView, text: string, hash: boolean): Generator<RuleFinding> {
  const { start, end } = view.tree.range;
  const part = text.slice(start, end);
  for (const match of part.matchAll(COMMENT)) {
    const [, line, behind] = match;
    const written = line ?? behind ?? match[0];
    const from = start + match.index + match[0].length - written.length;
    const comment = written.trimEnd();
    const range = { start: from, end: from + comment.length };
    if (comment.length > LONGEST || /^\/\/+$/u.test(comment)) continue;
    const isLine = line !== undefined || behind !== undefined;
    yield {
      range,
      message: `\`${isLine ? '//' : comment.slice(0, 2) === '/*' ? '/* */' : '<!-- -->'}\` is no comment here: these words are sent to the model. ${hash ? 'A comment begins with `#` and ends with its line.' : 'Keep notes out of the prompt.'}`,
      fixes: [
        isLine && hash
          ? hashFix(range, comment, line !== undefined)
          : removal(range, text, line !== undefined || !isLine),
      ],
    };
  }
}

function hashFix(range: Range, comment: string, safe: boolean): Fix {
  const marks = /^\/+/u.exec(comment)?.[0].length ?? 2;
  return {
    title: 'Write `#`',
    safe,
    edits: [{ range: { start: range.start, end: range.start + marks }, newText: '#' }],
  };
}

/** Removes a comment with the blank that would be left doubled. */
function removal(range: Range, text: string, safe: boolean): Fix {
  const doubled = /[ \t]/u.test(text[range.start - 1] ?? '\n') || range.start === 0;
  const end = doubled && text[range.end] === ' ' ? range.end + 1 : range.end;
  return { title: 'Remove the comment', safe, edits: [{ range: { start: range.start, end }, newText: '' }] };
}
