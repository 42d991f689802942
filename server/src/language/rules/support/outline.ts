import type { Alternation, Break, Group, Item, Schedule, Tag, Text } from '../../syntax/nodes';
import { type Container, partsOf } from './walk';

/** An item and the items around it, from the outermost in. */
export interface Placed<T extends Item> {
  readonly item: T;
  readonly parents: readonly Container[];
}

/** The items of a prompt by kind, however deep they lie in brackets, each list in document order. */
export interface Outline {
  readonly texts: readonly Text[];
  readonly groups: readonly Placed<Group>[];
  readonly schedules: readonly Placed<Schedule>[];
  readonly alternations: readonly Placed<Alternation>[];
  readonly tags: readonly Placed<Tag>[];
  readonly breaks: readonly Placed<Break>[];
}

const NO_PARENTS: readonly Container[] = [];

/** Sorts the items of a prompt into lists, so that one walk serves every rule. */
export function outlineOf(prompt: readonly Item[]): Outline {
  const texts: Text[] = [];
  const groups: Placed<Group>[] = [];
  const schedules: Placed<Schedule>[] = [];
  const alternations: Placed<Alternation>[] = [];
  const tags: Placed<Tag>[] = [];
  const breaks: Placed<Break>[] = [];
  const visit = (items: readonly Item[], parents: readonly Container[]): void => {
    for (const item of items) {
      switch (item.type) {
        case 'text':
          texts.push(item);
          break;
        case 'tag':
          tags.push({ item, parents });
          break;
        case 'break':
          breaks.push({ item, parents });
          break;
        case 'group':
          groups.push({ item, parents });
          visit(item.items, [...parents, item]);
          break;
        case 'schedule':
          schedules.push({ item, parents });
          visitParts(item, parents);
          break;
        case 'alternation':
          alternations.push({ item, parents });
          visitParts(item, parents);
          break;
      }
    }
  };
  const visitParts = (item: Container, parents: readonly Container[]): void => {
    const inner = [...parents, item];
    for (const part of partsOf(item)) visit(part, inner);
  };
  visit(prompt, NO_PARENTS);
  return { texts, groups, schedules, alternations, tags, breaks };
}
