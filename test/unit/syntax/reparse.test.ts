import { describe, expect, it } from 'vitest';
import { parse } from '../../../server/src/language/syntax/parse';
import { reparse } from '../../../server/src/language/syntax/reparse';

const TEXT = 'a (b:1.2)\n---\nc, <lora:x:1>\nNegative prompt: d\n---\n[e:f:0.5]\nSteps: 5';

function edit(start: number, end: number, newText: string) {
  const before = parse(TEXT);
  return { before, after: reparse(before, [{ range: { start, end }, newText }]) };
}

describe('reparse', () => {
  it('keeps the blocks before an edit as they are, and moves those behind it', () => {
    const at = TEXT.indexOf('<lora');
    const { before, after } = edit(at, at, '猫 ');
    expect(after.blocks[0]).toBe(before.blocks[0]);
    expect(after.blocks[1]).not.toBe(before.blocks[1]);
    expect(after.blocks[2]?.range.start).toBe(before.blocks[2]!.range.start + 2);
    expect(after).toEqual(parse(TEXT.replace('<lora', '猫 <lora')));
  });

  it('keeps the blocks behind an edit of the same length as they are', () => {
    const { before, after } = edit(0, 1, 'z');
    expect(after.blocks.slice(1)).toEqual(before.blocks.slice(1));
    expect(after.blocks[1]).toBe(before.blocks[1]);
    expect(after.blocks[2]).toBe(before.blocks[2]);
  });

  it.each([
    ['a separator is broken', TEXT.indexOf('---') + 1, TEXT.indexOf('---') + 2, ''],
    ['a separator is joined to the line before', TEXT.indexOf('---') - 1, TEXT.indexOf('---'), ''],
    ['a block is cut in two', TEXT.indexOf('<lora'), TEXT.indexOf('<lora'), '\n---\n'],
    ['a block is emptied', TEXT.indexOf('c,'), TEXT.lastIndexOf('---') - 1, ''],
    ['everything goes', 0, TEXT.length, ''],
    ['a byte order mark comes in', 0, 0, '\ufeff'],
    ['a line feed comes behind a separator', TEXT.indexOf('---') + 4, TEXT.indexOf('---') + 4, '\n'],
    ['text is appended', TEXT.length, TEXT.length, ', Seed: 3'],
  ])('reads on rightly when %s', (_what, start, end, newText) => {
    const { after } = edit(start, end, newText);
    expect(after).toEqual(parse(TEXT.slice(0, start) + newText + TEXT.slice(end)));
  });

  it('is the same document when nothing changes', () => {
    const { before, after } = edit(3, 3, '');
    expect(after).toBe(before);
    expect(reparse(before, [])).toBe(before);
  });
});
