import type { Range } from '../../shared/range';
import { emptyTag, unclosedTag } from './messages';
import type { Reporter } from './reporter';
import { scanTag } from './tagScan';
import { type Tokens, tokenEnd } from './tokenBuffer';
import { KIND } from './tokens';

/** Reports tags that do not do what they look like. `prompt` is the range the tokens come from. */
export function reportTags(
  text: string,
  tokens: Tokens,
  origin: number,
  prompt: Range,
  reporter: Reporter,
): void {
  let lastClose: number | undefined;
  for (let index = 0; index < tokens.length; index++) {
    if (tokens.kinds[index] !== KIND.tag) continue;
    const range = { start: origin + tokens.starts[index]!, end: origin + tokenEnd(tokens, index) };
    const scan = scanTag(text, range.start, prompt.end);
    if (scan === undefined) continue;
    const { headLength, closed, stop } = scan;
    const type = text.slice(range.start + 1, range.start + headLength);
    if (!closed) {
      lastClose ??= prompt.start + text.slice(prompt.start, prompt.end).lastIndexOf('>');
      const swallows = lastClose >= range.end;
      reporter.report('unclosed-tag', () => unclosedTag(type, swallows, stop), range);
      continue;
    }
    const next = text[range.start + headLength + 1];
    if (next === '>' || next === ':') reporter.report('empty-tag', () => emptyTag(type, next === '>'), range);
  }
}
