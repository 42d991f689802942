import type { IToken } from 'chevrotain';
import type { Range } from '../../shared/range';
import { emptyTag, unclosedTag } from './messages';
import type { Reporter } from './reporter';
import { endOf, Tag, tagOf } from './tokens';

/** Reports tags that do not do what they look like. `prompt` is the range the tokens come from. */
export function reportTags(text: string, tokens: readonly IToken[], prompt: Range, reporter: Reporter): void {
  let lastClose: number | undefined;
  for (const token of tokens) {
    if (token.tokenType !== Tag) continue;
    const { headLength, closed, stop } = tagOf(token);
    const range = { start: token.startOffset, end: endOf(token) };
    const type = token.image.slice(1, headLength);
    if (!closed) {
      lastClose ??= prompt.start + text.slice(prompt.start, prompt.end).lastIndexOf('>');
      const swallows = lastClose >= range.end;
      reporter.report('unclosed-tag', () => unclosedTag(type, swallows, stop), range);
      continue;
    }
    const next = token.image[headLength + 1];
    if (next === '>' || next === ':') reporter.report('empty-tag', () => emptyTag(type, next === '>'), range);
  }
}
