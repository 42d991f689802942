import type { Alternation, Group, Item, Schedule } from '../../syntax/nodes';

/** An item that holds other items. */
export type Container = Group | Schedule | Alternation;

/** Calls `visit` for every item, parents before children, in document order; `parents` runs from the outermost in. */
export function walk(
  items: readonly Item[],
  visit: (item: Item, parents: readonly Container[]) => void,
  parents: readonly Container[] = [],
): void {
  for (const item of items) {
    visit(item, parents);
    if (!isContainer(item)) continue;
    const inner = [...parents, item];
    for (const part of partsOf(item)) walk(part, visit, inner);
  }
}

export function isContainer(item: Item): item is Container {
  return item.type === 'group' || item.type === 'schedule' || item.type === 'alternation';
}

/** The lists of items inside a container, in document order. */
export function partsOf(item: Container): readonly (readonly Item[])[] {
  switch (item.type) {
    case 'group':
      return [item.items];
    case 'schedule':
      return item.from ? [item.from, item.to] : [item.to];
    case 'alternation':
      return item.options;
  }
}
