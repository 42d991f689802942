import type { Document, Item, Prompt } from '../../../server/src/language/syntax/nodes';

/**
 * A tree on one line, to compare with: texts in quotes, `round{…}`, `square{…}`, `round*1.2{…}`, `open` for what is
 * not closed.
 */
export function outline(document: Document): string {
  return document.blocks
    .map((block) => {
      const parts = [outlinePrompt(document.text, block.positive)];
      if (block.negative) parts.push(`negative ${outlinePrompt(document.text, block.negative)}`);
      if (block.parameters.length > 0) {
        parts.push(`parameters ${block.parameters.map(({ key, value }) => `${key}=${value}`).join('; ')}`);
      }
      return parts.join(' | ');
    })
    .join(' --- ');
}

function outlinePrompt(text: string, prompt: Prompt): string {
  return outlineItems(text, prompt.items);
}

function outlineItems(text: string, items: readonly Item[]): string {
  return items.map((item) => outlineItem(text, item)).join(' ');
}

function outlineItem(text: string, item: Item): string {
  const raw = text.slice(item.range.start, item.range.end);
  switch (item.type) {
    case 'text':
      return JSON.stringify(raw);
    case 'escape':
    case 'break':
    case 'and':
      return `${item.type}:${raw}`;
    case 'tag': {
      const args = item.args.map((arg) => (arg.key === undefined ? arg.text : `${arg.key}=>${arg.value}`));
      return `${item.closed ? '' : 'open '}tag:${item.tagType}(${args.join(' ; ')})`;
    }
    case 'group': {
      const weight = item.weight === undefined ? '' : `*${item.weight.value}`;
      return `${item.closed ? '' : 'open '}${item.bracket}${weight}{${outlineItems(text, item.items)}}`;
    }
    case 'schedule': {
      const from = item.from === undefined ? '' : `${outlineItems(text, item.from)} => `;
      return `schedule{${from}${outlineItems(text, item.to)} @${item.when.text}}`;
    }
    case 'alternation':
      return `alternation{${item.options.map((option) => outlineItems(text, option)).join(' | ')}}`;
  }
}
