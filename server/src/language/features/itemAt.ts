import type { Block, Item, Prompt } from '../syntax/nodes';
import { type Container, walkItems } from '../syntax/walk';

/** What a cursor stands on in a prompt, with the brackets around it from the outermost in. */
export interface ItemAtCursor {
  readonly item: Item;
  readonly parents: readonly Container[];
  readonly side: 'positive' | 'negative';
}

/** The innermost item at an offset; undefined outside the prompts. */
export function itemAt(block: Block, offset: number): ItemAtCursor | undefined {
  const sides: ['positive' | 'negative', Prompt | undefined][] = [
    ['positive', block.positive],
    ['negative', block.negative],
  ];
  let found: ItemAtCursor | undefined;
  for (const [side, prompt] of sides) {
    if (!prompt || offset < prompt.range.start || offset > prompt.range.end) continue;
    walkItems(prompt.items, (item, parents) => {
      const inside = item.range.start <= offset && offset < item.range.end;
      if (inside) found = { item, parents: [...parents], side };
    });
  }
  return found;
}

/** What the brackets around something multiply its weight by, as the web UI counts: 1.1, 1/1.1, or the number written. */
export function weightOf(containers: readonly Container[]): number {
  let weight = 1;
  for (const container of containers) {
    if (container.type !== 'group') continue;
    if (container.weight && !Number.isNaN(container.weight.value)) weight *= container.weight.value;
    else weight *= container.bracket === 'round' ? 1.1 : 1 / 1.1;
  }
  return weight;
}
