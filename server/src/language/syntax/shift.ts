import type { Range } from '../../shared/range';
import type { Block, Item, Parameter, Prompt, Weight } from './nodes';
import type { DocumentError } from './reporter';
import type { Segment } from './segment';

/**
 * A segment as it is when text before it was inserted or removed: the same, `by` code units further on, its block
 * numbered `index`. A copy, several times faster than to parse it again.
 */
export function shiftSegment(segment: Segment, by: number, index: number): Segment {
  const { block } = segment;
  if (by === 0 && (block === undefined || block.index === index)) return segment;
  return {
    start: segment.start + by,
    end: segment.end + by,
    next: segment.next + by,
    hasSeparator: segment.hasSeparator,
    ...(block === undefined ? {} : { block: by === 0 ? { ...block, index } : shiftBlock(block, by, index) }),
    errors: segment.errors.map((error): DocumentError => ({ ...error, range: shift(error.range, by) })),
    stretches: segment.stretches,
  };
}

function shiftBlock(block: Block, by: number, index: number): Block {
  const { negative, parametersRange } = block;
  return {
    index,
    range: shift(block.range, by),
    positive: shiftPrompt(block.positive, by),
    parameters: block.parameters.map(
      ({ key, keyRange, value, valueRange }): Parameter => ({
        key,
        keyRange: shift(keyRange, by),
        value,
        valueRange: shift(valueRange, by),
      }),
    ),
    comments: block.comments.map(({ range }) => ({ range: shift(range, by) })),
    ...(negative === undefined
      ? {}
      : {
          negative: {
            ...shiftPrompt(negative, by),
            label: shift(negative.label, by),
            ...(negative.furtherLabels === undefined
              ? {}
              : { furtherLabels: negative.furtherLabels.map((label) => shift(label, by)) }),
          },
        }),
    ...(parametersRange === undefined ? {} : { parametersRange: shift(parametersRange, by) }),
  };
}

function shiftPrompt({ range, items }: Prompt, by: number): Prompt {
  return { range: shift(range, by), items: shiftItems(items, by) };
}

/** Goes as deep as the tree, which `MAX_NESTING` bounds. */
function shiftItems(items: readonly Item[], by: number): readonly Item[] {
  return items.map((item) => shiftItem(item, by));
}

function shiftItem(item: Item, by: number): Item {
  const range = shift(item.range, by);
  switch (item.type) {
    case 'group':
      return {
        type: 'group',
        bracket: item.bracket,
        range,
        items: shiftItems(item.items, by),
        ...(item.weight === undefined ? {} : { weight: shiftWeight(item.weight, by) }),
        closed: item.closed,
      };
    case 'schedule':
      return {
        type: 'schedule',
        range,
        ...(item.from === undefined ? {} : { from: shiftItems(item.from, by) }),
        to: shiftItems(item.to, by),
        when: shiftWeight(item.when, by),
      };
    case 'alternation':
      return { type: 'alternation', range, options: item.options.map((option) => shiftItems(option, by)) };
    case 'tag':
      return {
        ...item,
        range,
        tagTypeRange: shift(item.tagTypeRange, by),
        args: item.args.map((arg) => ({ ...arg, range: shift(arg.range, by) })),
      };
    default:
      return { type: item.type, range };
  }
}

function shiftWeight({ range, text, value }: Weight, by: number): Weight {
  return { range: shift(range, by), text, value };
}

function shift({ start, end }: Range, by: number): Range {
  return { start: start + by, end: end + by };
}
