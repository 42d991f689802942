import type { Environment } from '../environment';
import type { Document } from '../syntax/nodes';
import { blockAt } from './blocks';
import type { CompletionList } from './completionItem';
import { completeTag } from './completionLora';
import { completeParameter } from './completionParameters';
import { completeWord } from './completionWords';

export type { CompletionItem, CompletionKind, CompletionList } from './completionItem';

const NOTHING: CompletionList = { items: [], incomplete: false };

/** Characters after which an editor should ask by itself. */
export const COMPLETION_TRIGGERS: readonly string[] = ['<', ':', '_', ' '];

/**
 * What can be written at an offset: LoRAs inside `<…`, keys and values in a parameter line, else trigger words,
 * embeddings, wildcards and keywords.
 * @param trigger the character that made the editor ask; a blank asks only for the value of a parameter.
 */
export function complete(
  document: Document,
  offset: number,
  environment: Environment,
  trigger?: string,
): CompletionList {
  const block = blockAt(document, offset);
  if (!block) return NOTHING;
  const commented = block.comments.some(({ range }) => range.start < offset && offset <= range.end);
  if (commented) return NOTHING;
  const tag = trigger === ' ' ? undefined : completeTag(document, block, offset, environment);
  if (tag) return tag;
  const parameter = completeParameter(document, block, offset, environment);
  if (parameter) return parameter;
  return trigger === ' ' || trigger === ':' || trigger === '<'
    ? NOTHING
    : completeWord(document, block, offset, environment);
}
