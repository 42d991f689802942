import type { Range } from '../../shared/range';
import { CHUNK, chunksOf } from '../domain/chunks';
import { shortNumber } from '../domain/numbers';
import type { Environment } from '../environment';
import type { Document, Prompt } from '../syntax/nodes';
import { type Container, walkItems } from '../syntax/walk';
import { weightOf } from './itemAt';

/** A short text shown at an offset that is not part of the document. */
export interface InlayHint {
  readonly offset: number;
  readonly label: string;
  readonly tooltip: string;
}

/**
 * Hints of the blocks that touch a range: what nested brackets come to and, where a vocabulary is at hand, how many
 * tokens a prompt has and where the text encoder cuts it.
 */
export function inlayHints(document: Document, range: Range, environment: Environment): InlayHint[] {
  const hints: InlayHint[] = [];
  for (const block of document.blocks) {
    if (block.range.end < range.start || block.range.start > range.end) continue;
    for (const prompt of [block.positive, block.negative]) {
      if (!prompt) continue;
      hints.push(...weightHints(prompt));
      if (environment.countTokens) hints.push(...tokenHints(document, prompt, environment.countTokens));
    }
  }
  return hints
    .filter(({ offset }) => offset >= range.start && offset <= range.end)
    .sort((a, b) => a.offset - b.offset);
}

/** At the end of every weighted group whose own brackets do not say the whole truth. */
function weightHints(prompt: Prompt): InlayHint[] {
  const hints: InlayHint[] = [];
  walkItems(prompt.items, (item, parents) => {
    if (item.type !== 'group' || !item.closed) return;
    const outer = parents.filter((parent) => parent.type === 'group');
    const holdsGroup = item.items.length === 1 && item.items[0]?.type === 'group';
    if (outer.length === 0 || holdsGroup) return;
    const chain: Container[] = [...parents, item];
    const factors = chain
      .filter((container) => container.type === 'group')
      .map((container) => shortNumber(weightOf([container])));
    hints.push({
      offset: item.range.end,
      label: `×${shortNumber(weightOf(chain))}`,
      tooltip: `Effective weight: ${factors.join(' × ')}`,
    });
  });
  return hints;
}

/** At the end of each chunk how full it is; at the end of the prompt its tokens, full or broken off chunks counted whole. */
function tokenHints(document: Document, prompt: Prompt, count: (text: string) => number): InlayHint[] {
  const { phrases, ends, last } = chunksOf(document, prompt.items, count);
  if (phrases.length === 0) return [];
  const hints = ends.map(
    ({ offset, tokens }, index): InlayHint => ({
      offset,
      label: `${tokens}/${CHUNK}┃`,
      tooltip: `Chunk ${index + 1} ends here with ${tokens} of ${CHUNK} tokens; what follows is encoded apart from it`,
    }),
  );
  const written = document.text.slice(prompt.range.start, prompt.range.end).trimEnd();
  const total = ends.length * CHUNK + last;
  const chunks = ends.length + 1;
  hints.push({
    offset: prompt.range.start + written.length,
    label: `${total}/${chunks * CHUNK}`,
    tooltip:
      chunks === 1
        ? `${total} of ${CHUNK} tokens in one chunk`
        : `${last} of ${CHUNK} tokens in chunk ${chunks}; counted with the chunks before it ${total} of ${chunks * CHUNK}`,
  });
  return hints;
}
