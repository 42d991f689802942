import type { Range } from '../../shared/range';
import type { Item } from '../syntax/nodes';
import type { Rule, RuleContext } from './rule';
import { withoutComments } from './support/plainText';
import { allPrompts, type PromptView } from './support/prompts';

/** Tokens of one chunk, without the two that begin and end it. */
const CHUNK = 75;
/** The web UI moves what follows the last comma to the next chunk, if that is at most so many tokens. */
const BACKTRACK = 20;

interface Options {
  readonly maxChunks: number;
}

/** Long prompts are encoded in chunks, and a phrase can be cut in two. */
export const tokenBudget: Rule<Options> = {
  id: 'token-budget',
  description: 'The end of a 75-token chunk falls inside a phrase, or a prompt has more chunks than allowed.',
  tags: ['style'],
  severity: 'info',
  fixable: 'no',
  options: {
    properties: {
      maxChunks: {
        type: 'integer',
        default: 0,
        minimum: 0,
        description: 'Most chunks a prompt may have; 0 sets no limit.',
      },
    },
  },
  check(context, options, report) {
    const count = context.environment.countTokens;
    if (!count) return;
    for (const view of allPrompts(context)) {
      // No token is longer than its bytes are many, so a short prompt cannot fill a chunk.
      if (options.maxChunks === 0 && (view.tree.range.end - view.tree.range.start) * 3 <= CHUNK) continue;
      let used = 0;
      let chunks = 1;
      let tooMany: Range | undefined;
      for (const piece of piecesOf(context, view)) {
        if (piece.kind === 'break') {
          if (used > 0) chunks++;
          used = 0;
          continue;
        }
        const tokens = count(piece.text);
        if (used + tokens <= CHUNK) {
          used += tokens;
        } else {
          chunks++;
          if (used > 0 && CHUNK - used <= BACKTRACK && tokens <= CHUNK) used = tokens;
          else {
            report({
              range: piece.range,
              message: `After ${CHUNK - used} of its ${tokens} tokens this phrase meets the end of a chunk of ${CHUNK}: its halves are encoded apart and lose their connection. Set a comma near its middle, or a BREAK before it.`,
            });
            used = (used + tokens) % CHUNK;
            chunks += Math.floor((tokens - 1) / CHUNK);
          }
        }
        if (options.maxChunks > 0 && chunks > options.maxChunks) tooMany ??= piece.range;
        if (used < CHUNK) used++;
      }
      if (!tooMany) continue;
      report({
        range: tooMany,
        message: `From here on the prompt needs more than ${options.maxChunks} chunk${options.maxChunks === 1 ? '' : 's'} of ${CHUNK} tokens. What comes late counts less: shorten the prompt.`,
      });
    }
  },
};

type Piece =
  | { readonly kind: 'phrase'; readonly text: string; readonly range: Range }
  | { readonly kind: 'break' };

/** The phrases between commas, brackets taken away, as the first step of the run sees them. */
function piecesOf(context: RuleContext, view: PromptView): Piece[] {
  const text = withoutComments(context.document);
  const pieces: Piece[] = [];
  let words = '';
  let range: Range | undefined;
  const flush = (): void => {
    if (range && words.trim() !== '') pieces.push({ kind: 'phrase', text: words.trim(), range });
    words = '';
    range = undefined;
  };
  const add = (start: number, end: number): void => {
    const part = text.slice(start, end);
    words += part;
    if (part.trim() === '') return;
    const from = start + part.length - part.trimStart().length;
    const to = start + part.trimEnd().length;
    range = { start: range?.start ?? from, end: to };
  };
  const visit = (items: readonly Item[]): void => {
    for (const item of items) {
      switch (item.type) {
        case 'text': {
          let from = item.range.start;
          for (let at = from; at < item.range.end; at++) {
            if (text[at] !== ',') continue;
            add(from, at);
            flush();
            from = at + 1;
          }
          add(from, item.range.end);
          break;
        }
        case 'escape':
          add(item.range.start + 1, item.range.end);
          break;
        case 'group':
          visit(item.items);
          break;
        case 'schedule':
          visit(item.from && item.from.length > 0 ? item.from : item.to);
          break;
        case 'alternation':
          visit(item.options[0] ?? []);
          break;
        case 'break':
        case 'and':
          flush();
          pieces.push({ kind: 'break' });
          break;
        case 'tag':
          break;
      }
    }
  };
  visit(view.tree.items);
  flush();
  return pieces;
}
