import { findEmbeddings } from '../analysis/embeddings';
import { CHUNK, chunksOf } from '../domain/chunks';
import type { Rule } from './rule';

/** A textual inversion whose words move to the next chunk leaves its vectors behind. */
export const embeddingAtChunkEnd: Rule = {
  id: 'embedding-at-chunk-end',
  description:
    'A textual inversion stands where the web UI moves words to the next chunk and leaves its vectors in the old one.',
  tags: ['style'],
  severity: 'warning',
  fixable: 'no',
  check(context, _options, report) {
    const { countTokens, embeddings } = context.environment;
    if (!countTokens || embeddings.length === 0) return;
    const names = embeddings.map(({ name }) => name);
    // The vectors of a file, where they are known, take the place of the tokens of its name.
    const sizeOf = (name: string) =>
      embeddings.find((one) => one.name === name)?.vectors ?? countTokens(name);
    const count = (text: string) =>
      findEmbeddings(text, names).reduce(
        (sum, { name }) => sum + sizeOf(name) - countTokens(name),
        countTokens(text),
      );
    for (const view of context.prompts) {
      const { start, end } = view.tree.range;
      // No token is longer than its bytes are many, so a short prompt cannot fill a chunk.
      if ((end - start) * 3 <= CHUNK) continue;
      if (findEmbeddings(context.document.text.slice(start, end), names).length === 0) continue;
      for (const { range, movedBehind } of chunksOf(context.document, view.tree.items, count).phrases) {
        if (movedBehind === undefined) continue;
        const text = context.document.text.slice(range.start, range.end);
        for (const use of findEmbeddings(text, names)) {
          const before = count(text.slice(0, use.start));
          if (movedBehind + before + sizeOf(use.name) > CHUNK) continue;
          report({
            range: { start: range.start + use.start, end: range.start + use.end },
            message: `The chunk of ${CHUNK} tokens ends behind this embedding, and the web UI moves its words to the next chunk but leaves its vectors in the old one: the next chunk gets empty tokens instead. Put a BREAK before it, or move it forward.`,
          });
        }
      }
    }
  },
};
