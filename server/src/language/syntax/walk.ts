import type { Alternation, Block, Document, Group, Item, Prompt, Schedule } from './nodes';

/** An item that holds other items. */
export type Container = Group | Schedule | Alternation;

export function isContainer(item: Item): item is Container {
  return item.type === 'group' || item.type === 'schedule' || item.type === 'alternation';
}

const NO_PARTS: readonly (readonly Item[])[] = [];

/** The lists of items inside an item: a group has one, a schedule one or two, an alternation one for each option. */
export function partsOf(item: Item): readonly (readonly Item[])[] {
  switch (item.type) {
    case 'group':
      return [item.items];
    case 'schedule':
      return item.from === undefined ? [item.to] : [item.from, item.to];
    case 'alternation':
      return item.options;
    default:
      return NO_PARTS;
  }
}

/** The items directly inside an item, in the order of the text. */
export function childrenOf(item: Item): readonly Item[] {
  return item.type === 'group' ? item.items : partsOf(item).flat();
}

/** Called with an item and the items around it, outermost first. Returning false leaves out what is inside it. */
export type ItemVisitor = (item: Item, parents: readonly Container[]) => unknown;

/** Visits items from left to right, each before those inside it. The array of parents is reused: copy it to keep it. */
export function walkItems(items: readonly Item[], visit: ItemVisitor): void {
  const parents: Container[] = [];
  const walk = (list: readonly Item[]): void => {
    for (const item of list) {
      if (visit(item, parents) === false || !isContainer(item)) continue;
      parents.push(item);
      for (const part of partsOf(item)) walk(part);
      parents.pop();
    }
  };
  walk(items);
}

/** The prompts of a block with the side they are on. */
export function promptsOf(block: Block): readonly { readonly side: Side; readonly prompt: Prompt }[] {
  return block.negative === undefined
    ? [{ side: 'positive', prompt: block.positive }]
    : [
        { side: 'positive', prompt: block.positive },
        { side: 'negative', prompt: block.negative },
      ];
}

export type Side = 'positive' | 'negative';

/** Visits every item of every prompt of a document. */
export function walkDocument(
  document: Document,
  visit: (
    item: Item,
    parents: readonly Container[],
    where: { readonly block: Block; readonly side: Side },
  ) => unknown,
): void {
  for (const block of document.blocks) {
    for (const { side, prompt } of promptsOf(block)) {
      walkItems(prompt.items, (item, parents) => visit(item, parents, { block, side }));
    }
  }
}
