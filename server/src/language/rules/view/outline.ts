import type { Alternation, Break, Group, Item, Schedule, Tag, Text } from '../../syntax/nodes';
import { type Container, walkItems } from '../../syntax/walk';

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

/** Sorts the items of a prompt into lists, so that one walkItems serves every rule. */
export function outlineOf(prompt: readonly Item[]): Outline {
  const texts: Text[] = [];
  const groups: Placed<Group>[] = [];
  const schedules: Placed<Schedule>[] = [];
  const alternations: Placed<Alternation>[] = [];
  const tags: Placed<Tag>[] = [];
  const breaks: Placed<Break>[] = [];
  walkItems(prompt, (item, around) => {
    if (item.type === 'text') {
      texts.push(item);
      return;
    }
    const parents = around.length === 0 ? NO_PARENTS : [...around];
    switch (item.type) {
      case 'tag':
        tags.push({ item, parents });
        break;
      case 'break':
        breaks.push({ item, parents });
        break;
      case 'group':
        groups.push({ item, parents });
        break;
      case 'schedule':
        schedules.push({ item, parents });
        break;
      case 'alternation':
        alternations.push({ item, parents });
        break;
    }
  });
  return { texts, groups, schedules, alternations, tags, breaks };
}
