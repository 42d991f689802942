import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Block, Document, Item } from '../../server/src/language/syntax/nodes';
import { parse } from '../../server/src/language/syntax/parse';
import { childrenOf, promptsOf } from '../../server/src/language/syntax/walk';
import type { Range } from '../../server/src/shared/range';
import { FUZZ_TIMEOUT, fuzzOptions, REPEATED, texts } from './texts';

function within(inner: Range, outer: Range): boolean {
  return (
    Number.isInteger(inner.start) &&
    Number.isInteger(inner.end) &&
    outer.start <= inner.start &&
    inner.start <= inner.end &&
    inner.end <= outer.end
  );
}

/** Things of one level: inside their parent, in order, not overlapping. */
function checkLevel(ranges: readonly Range[], parent: Range, what: string): void {
  let end = parent.start;
  for (const range of ranges) {
    if (!within(range, parent) || range.start < end) {
      throw new Error(`${what}: ${JSON.stringify(range)} after ${end} in ${JSON.stringify(parent)}`);
    }
    end = range.end;
  }
}

function checkItem(item: Item): void {
  checkLevel(
    childrenOf(item).map(({ range }) => range),
    item.range,
    item.type,
  );
  if (item.type === 'group' && item.weight) checkLevel([item.weight.range], item.range, 'weight');
  if (item.type === 'schedule') checkLevel([item.when.range], item.range, 'when');
  if (item.type === 'tag') {
    checkLevel([item.tagTypeRange, ...item.args.map(({ range }) => range)], item.range, 'tag');
  }
  childrenOf(item).forEach(checkItem);
}

function checkBlock(block: Block, document: Document): void {
  const { negative, parametersRange } = block;
  checkLevel(
    [
      block.positive.range,
      ...(negative ? [negative.label, negative.range] : []),
      ...(parametersRange ? [parametersRange] : []),
    ],
    block.range,
    'block',
  );
  for (const { prompt } of promptsOf(block)) {
    checkLevel(
      prompt.items.map(({ range }) => range),
      prompt.range,
      'prompt',
    );
    prompt.items.forEach(checkItem);
  }
  checkLevel(
    block.comments.map(({ range }) => range),
    block.range,
    'comments',
  );
  checkLevel(
    block.parameters.flatMap(({ keyRange, valueRange }) => [keyRange, valueRange]),
    parametersRange ?? block.range,
    'parameters',
  );
  for (const { key, keyRange } of block.parameters) {
    expect(key).toBe(document.text.slice(keyRange.start, keyRange.end));
  }
}

function checkDocument(text: string): void {
  const document = parse(text);
  const whole = { start: 0, end: text.length };
  let position = 0;
  for (const { kind, range } of document.tokens) {
    if (range.start !== position || range.end <= position) throw new Error(`token ${kind} at ${range.start}`);
    position = range.end;
  }
  expect(position).toBe(text.length);
  expect(document.blocks.length).toBeGreaterThan(0);
  checkLevel(
    document.blocks.map(({ range }) => range),
    whole,
    'document',
  );
  for (const block of document.blocks) checkBlock(block, document);
  let start = 0;
  for (const { range } of document.errors) {
    expect(within(range, whole)).toBe(true);
    expect(range.start).toBeGreaterThanOrEqual(start);
    start = range.start;
  }
}

describe('parse, on any text', () => {
  it(
    'gives a whole tree: tokens are the text, ranges lie in order inside one another',
    () => {
      fc.assert(fc.property(texts, checkDocument), fuzzOptions(3000));
    },
    FUZZ_TIMEOUT,
  );

  it.each(REPEATED)('gives a whole tree for %j over and over', (piece) => {
    checkDocument(piece.repeat(500));
  });

  it(
    'gives the same tree whatever was parsed before',
    () => {
      fc.assert(
        fc.property(texts, texts, (first, second) => {
          const fresh = JSON.stringify(parse(first));
          parse(second);
          expect(JSON.stringify(parse(first))).toBe(fresh);
        }),
        fuzzOptions(300),
      );
    },
    FUZZ_TIMEOUT,
  );
});
