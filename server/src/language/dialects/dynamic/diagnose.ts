import type { Problem } from '../../../shared/problem';
import type { Range } from '../../../shared/range';
import type { DynamicMarks } from './nodes';

/** What the grammar has no place for, with a place and a next step. */
export type SyntaxProblem = Problem & { readonly range: Range };

/**
 * Says why a template cannot be read.
 *
 * @param rest offset of the first character that no piece could begin with
 * @param furthest offset of the last thing that was expected and not found
 */
export function diagnose(text: string, rest: number, furthest: number, marks: DynamicMarks): SyntaxProblem {
  const opener = openerAt(text, rest, marks);
  if (opener !== undefined && closerOf(text, rest + opener.length, marks) === undefined)
    return problem(
      rest,
      opener.length,
      `\`${opener}\` is never closed`,
      `Write \`${marks.variantEnd}\` where it ends.`,
    );
  const inside = opener === undefined ? rest : Math.max(rest, furthest);
  return (
    boundProblem(text, inside) ??
    markProblem(text, inside, marks) ??
    markProblem(text, rest, marks) ??
    problem(
      inside,
      1,
      `\`${text.slice(inside, inside + 20)}\` cannot stand here`,
      'Correct the text at this place.',
    )
  );
}

function problem(start: number, length: number, what: string, remedy: string): SyntaxProblem {
  return {
    code: 'dynamic-syntax',
    message: `${what}, so the dynamic prompts extension cannot read the whole prompt.`,
    remedy,
    range: { start, end: start + length },
  };
}

function openerAt(text: string, at: number, marks: DynamicMarks): string | undefined {
  return [marks.variableStart, marks.wrapStart, marks.variantStart].find((mark) => text.startsWith(mark, at));
}

/** The offset of the brace that closes the one before `from`; undefined when there is none. */
function closerOf(
  text: string,
  from: number,
  { variantStart, variantEnd }: DynamicMarks,
): number | undefined {
  let depth = 1;
  for (let at = from; at < text.length; at++) {
    if (text.startsWith(variantEnd, at)) depth--;
    else if (text.startsWith(variantStart, at)) depth++;
    if (depth === 0) return at;
  }
  return undefined;
}

/** `{2 $$ a|b}` and `{2$$、$$a|b}`. */
function boundProblem(text: string, at: number): SyntaxProblem | undefined {
  const before = /(?:\d+(?:-\d*)?|-\d+)(\s+)$/.exec(text.slice(Math.max(0, at - 40), at));
  const behind = /^\s*\$\$/.exec(text.slice(at, at + 40));
  if (behind && before)
    return problem(
      at - (before[1]?.length ?? 0),
      (before[1]?.length ?? 0) + behind[0].length,
      'White space may not stand between the number and `$$`',
      'Write the number directly before `$$`: `{2$$a|b}`.',
    );
  const [, separator = ''] = /\$\$([^${}|]*)$/.exec(text.slice(Math.max(0, at - 40), at)) ?? [];
  const foreign = /[^\x20-\x7e]+/.exec(separator);
  if (behind && foreign)
    return problem(
      at - separator.length + foreign.index,
      foreign[0].length,
      `\`${foreign[0]}\` may not stand in a separator, which takes plain ASCII characters only`,
      'Write a comma, `and` or another ASCII separator.',
    );
  return undefined;
}

// biome-ignore lint/suspicious/noTemplateCurlyInString: the dialect spells its variables like that.
const VARIABLE_FORMS = 'Write `${name}`, `${name:default}` or, outside of braces, `${name=value}`.';

function markProblem(text: string, at: number, marks: DynamicMarks): SyntaxProblem | undefined {
  if (text.startsWith('$$', at))
    return problem(
      at,
      2,
      '`$$` stands where no number of options is given',
      'Write `{2$$a|b}`, or take it out.',
    );
  const opener = openerAt(text, at, marks);
  if (opener !== undefined)
    return problem(
      at,
      opener.length,
      `\`${opener}\` begins something that is not complete`,
      opener === marks.variableStart
        ? VARIABLE_FORMS
        : opener === marks.wrapStart
          ? 'Write `%{before ... after$$text}`.'
          : 'Write `{a|b}`.',
    );
  if (text.startsWith(marks.wildcardWrap, at))
    return problem(
      at,
      marks.wildcardWrap.length,
      `\`${marks.wildcardWrap}\` without a partner begins a wildcard that has no end`,
      `Write \`${marks.wildcardWrap}name${marks.wildcardWrap}\`, or a single underscore.`,
    );
  const character = text[at];
  if (character === '%')
    return problem(at, 1, 'A plain `%` has a meaning here', 'Write `percent`, or leave it out.');
  if (character === '$')
    return problem(at, 1, 'A plain `$` has a meaning here', 'Write the word instead, or leave it out.');
  return undefined;
}
