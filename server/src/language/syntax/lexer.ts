import { type IToken, Lexer } from 'chevrotain';
import type { Range } from '../../shared/range';
import { LEXED_TOKENS } from './tokens';

// The lexer reports no errors: its last token type takes any character.
const lexer = new Lexer(LEXED_TOKENS, { positionTracking: 'onlyOffset', ensureOptimizations: true });

/**
 * The tokens of one stretch of prompt text, with offsets into the whole document. Joined, their images are the text
 * of the range.
 */
export function lexPrompt(text: string, range: Range): IToken[] {
  if (range.start >= range.end) return [];
  const { tokens } = lexer.tokenize(text.slice(range.start, range.end));
  if (range.start > 0) for (const token of tokens) token.startOffset += range.start;
  return tokens;
}
