import type { Range } from '../../shared/range';
import type { Block, Comment, Document, Item, Parameter, Prompt, Tag, TagArgument } from './nodes';
import { childrenOf, promptsOf, type Side } from './walk';

/** Everything that lies around one offset of a document. */
export interface Location {
  readonly offset: number;
  readonly block?: Block;
  readonly side?: Side;
  readonly prompt?: Prompt;
  /** The items that hold the offset, outermost first. */
  readonly items: readonly Item[];
  /** The innermost tag and the argument of it that holds the offset. */
  readonly tag?: Tag;
  readonly argument?: { readonly index: number; readonly argument: TagArgument };
  readonly parameter?: Parameter;
  /** In the list of parameters, between the first key and the end of the block. */
  readonly inParameters: boolean;
  readonly comment?: Comment;
}

/**
 * What lies at an offset. Ranges count with both ends, as a cursor touches what ends and what starts at it; between
 * two neighbours the one that ends there wins, because that is the one just typed.
 */
export function locate(document: Document, offset: number): Location {
  const block = findTouching(document.blocks, offset);
  if (block === undefined) return { offset, items: [], inParameters: false };
  const comment = findTouching(block.comments, offset);
  const parameter = findParameter(block.parameters, offset);
  const inParameters = block.parametersRange !== undefined && offset >= block.parametersRange.start;
  const found = promptsOf(block).find(({ prompt }) => touches(prompt.range, offset));
  const items = found === undefined || inParameters ? [] : pathTo(found.prompt.items, offset);
  const innermost = items.at(-1);
  const tag = innermost?.type === 'tag' ? innermost : undefined;
  const index = tag?.args.findIndex((argument) => touches(argument.range, offset)) ?? -1;
  return {
    offset,
    block,
    ...(found === undefined || inParameters ? {} : found),
    items,
    ...(tag === undefined ? {} : { tag }),
    ...(tag === undefined || index < 0 ? {} : { argument: { index, argument: tag.args[index]! } }),
    ...(parameter === undefined ? {} : { parameter }),
    inParameters,
    ...(comment === undefined ? {} : { comment }),
  };
}

/** The items that hold an offset, outermost first. */
export function pathTo(items: readonly Item[], offset: number): Item[] {
  const path: Item[] = [];
  let level = items;
  while (level.length > 0) {
    const item = findTouching(level, offset);
    if (item === undefined) break;
    path.push(item);
    // On a bracket's outer edge the cursor is at the item, not in it.
    if (offset === item.range.start || (offset === item.range.end && isClosed(item))) break;
    level = childrenOf(item);
  }
  return path;
}

function isClosed(item: Item): boolean {
  return (item.type !== 'group' && item.type !== 'tag') || item.closed;
}

function touches(range: Range, offset: number): boolean {
  return range.start <= offset && offset <= range.end;
}

/** The first of several sorted things that touches an offset. */
function findTouching<T extends { readonly range: Range }>(
  list: readonly T[],
  offset: number,
): T | undefined {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle]!.range.end < offset) low = middle + 1;
    else high = middle;
  }
  const found = list[low];
  return found !== undefined && touches(found.range, offset) ? found : undefined;
}

function findParameter(parameters: readonly Parameter[], offset: number): Parameter | undefined {
  return parameters.find(({ keyRange, valueRange }) => keyRange.start <= offset && offset <= valueRange.end);
}
