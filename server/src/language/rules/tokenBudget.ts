import type { Range } from '../../shared/range';
import { mayCut } from '../analysis/fastPaths';
import { CHUNK, chunksOf } from '../domain/chunks';
import type { Rule } from './rule';

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
    for (const view of context.prompts) {
      const { start, end } = view.tree.range;
      // No token is longer than its bytes are many, so a short prompt cannot fill a chunk.
      if (options.maxChunks === 0 && (end - start) * 3 <= CHUNK) continue;
      if (options.maxChunks === 0 && !mayCut(context.document, view.tree.items, count)) continue;
      const { phrases } = chunksOf(context.document, view.tree.items, count);
      let tooMany: Range | undefined;
      for (const { range, tokens, chunks, cutAfter } of phrases) {
        if (cutAfter !== undefined)
          report({
            range,
            message: `After ${cutAfter} of its ${tokens} tokens this phrase crosses the boundary of a chunk of ${CHUNK}: its halves are encoded apart and lose their connection. Set a comma near its middle, or a BREAK before it.`,
          });
        if (options.maxChunks > 0 && chunks > options.maxChunks) tooMany ??= range;
      }
      if (!tooMany) continue;
      report({
        range: tooMany,
        message: `From here on the prompt needs more than ${options.maxChunks} chunk${options.maxChunks === 1 ? '' : 's'} of ${CHUNK} tokens. What comes late counts less: shorten the prompt.`,
      });
    }
  },
};
