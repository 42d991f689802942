import type { Document, Item, Prompt } from '../../syntax/nodes';
import { isContainer, partsOf } from '../../syntax/walk';
import { withoutComments } from '../../syntax/withoutComments';
import { fold } from '../../text/fold';
import type { PromptView } from './prompts';

const folded = new WeakMap<Prompt, string>();

/** The words of a prompt without brackets, weights and tags, folded. Tags, BREAK and AND part words like a comma. */
export function foldedText(document: Document, view: PromptView): string {
  let text = folded.get(view.tree);
  if (text === undefined) {
    const parts: string[] = [];
    collect(view.tree.items, withoutComments(document), parts);
    text = fold(parts.join(''));
    folded.set(view.tree, text);
  }
  return text;
}

function collect(items: readonly Item[], text: string, parts: string[]): void {
  for (const item of items) {
    if (item.type === 'text' || item.type === 'escape')
      parts.push(text.slice(item.range.start, item.range.end));
    else if (isContainer(item)) {
      partsOf(item).forEach((part, index) => {
        if (index > 0) parts.push(',');
        collect(part, text, parts);
      });
    } else parts.push(',');
  }
}
