import type { Range } from '../../shared/range';
import { resolveBlock } from '../analysis/resolve';
import type { Environment } from '../environment';
import { shortNumber } from '../rules/support/numbers';
import { type Container, walk } from '../rules/support/walk';
import type { Document, Prompt } from '../syntax/nodes';
import { weightOf } from './itemAt';

/** A short text shown at an offset that is not part of the document. */
export interface InlayHint {
  readonly offset: number;
  readonly label: string;
  readonly tooltip: string;
}

/** Tokens the text encoder takes at a time. */
const CHUNK = 75;

/**
 * Hints of the blocks that touch a range: what nested brackets come to, and how many tokens a prompt has where a
 * vocabulary is at hand.
 */
export function inlayHints(document: Document, range: Range, environment: Environment): InlayHint[] {
  const hints: InlayHint[] = [];
  for (const block of document.blocks) {
    if (block.range.end < range.start || block.range.start > range.end) continue;
    for (const prompt of [block.positive, block.negative]) {
      if (!prompt) continue;
      hints.push(...weightHints(prompt));
    }
    if (environment.countTokens) {
      const resolved = resolveBlock(document, block);
      hints.push(...tokenHint(document, block.positive, resolved.positive.text, environment.countTokens));
      if (block.negative) {
        hints.push(...tokenHint(document, block.negative, resolved.negative.text, environment.countTokens));
      }
    }
  }
  return hints
    .filter(({ offset }) => offset >= range.start && offset <= range.end)
    .sort((a, b) => a.offset - b.offset);
}

/** At the end of every weighted group whose own brackets do not say the whole truth. */
function weightHints(prompt: Prompt): InlayHint[] {
  const hints: InlayHint[] = [];
  walk(prompt.items, (item, parents) => {
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

function tokenHint(
  document: Document,
  prompt: Prompt,
  text: string,
  count: (text: string) => number,
): InlayHint[] {
  const tokens = count(text.replace(/[()[\]]/g, ' '));
  if (tokens === 0) return [];
  const written = document.text.slice(prompt.range.start, prompt.range.end).trimEnd();
  const chunks = Math.max(1, Math.ceil(tokens / CHUNK));
  return [
    {
      offset: prompt.range.start + written.length,
      label: `${tokens}/${chunks * CHUNK}`,
      tooltip: `${tokens} tokens in ${chunks === 1 ? 'one chunk' : `${chunks} chunks`} of ${CHUNK}`,
    },
  ];
}
