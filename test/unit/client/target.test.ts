import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blockTextAt, findBlock, moveLine } from '../../../client/src/preview/target';

const DOCUMENT = 'a cat\nSteps: 4, Seed: 1\n\n---\na dog\n-----\n\na bird';

describe('the block around a line', () => {
  it.each([
    [0, 'a cat\nSteps: 4, Seed: 1'],
    [1, 'a cat\nSteps: 4, Seed: 1'],
    [2, 'a cat\nSteps: 4, Seed: 1'],
    [4, 'a dog'],
    [7, 'a bird'],
    [99, 'a bird'],
    [-1, 'a cat\nSteps: 4, Seed: 1'],
  ])('line %i', (line, text) => {
    expect(blockTextAt(DOCUMENT, line)).toBe(text);
    expect(blockTextAt(DOCUMENT.replaceAll('\n', '\r\n'), line)).toBe(text);
  });

  it('is found again wherever it moved, and not when it changed', () => {
    expect(findBlock(DOCUMENT, 'a dog')).toBe(4);
    expect(findBlock(`---\n${DOCUMENT}`, 'a dog')).toBe(5);
    expect(findBlock(DOCUMENT.replace('dog', 'dog,'), 'a dog')).toBeUndefined();
    expect(findBlock(`${DOCUMENT} and more`, 'a bird')).toBeUndefined();
  });

  it('every block is found by its own text', () => {
    const line = fc.constantFrom('', 'a', 'b, c', '---', ' ---- ', '--', 'Steps: 2');
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 12 }), fc.nat(12), (lines, at) => {
        const document = lines.join('\n');
        const text = blockTextAt(document, at);
        const separator = /^\s*-{3,}\s*$/.test(lines[Math.min(at, lines.length - 1)]!);
        if (!separator) expect(findBlock(document, text)).toBeDefined();
      }),
      { seed: 20250131, numRuns: 500 },
    );
  });
});

describe('a line under edits', () => {
  it.each([
    ['text after it', 5, { startLine: 6, endLine: 8, newLines: 0 }, 5],
    ['lines inserted before it', 5, { startLine: 1, endLine: 1, newLines: 3 }, 8],
    ['lines deleted before it', 5, { startLine: 1, endLine: 3, newLines: 0 }, 3],
    ['text typed in it', 5, { startLine: 5, endLine: 5, newLines: 0 }, 5],
    ['a line broken in it', 5, { startLine: 5, endLine: 5, newLines: 1 }, 5],
    ['joined with the line before', 5, { startLine: 4, endLine: 5, newLines: 0 }, 4],
    ['deleted with its neighbours', 5, { startLine: 3, endLine: 7, newLines: 0 }, 3],
    ['everything replaced', 5, { startLine: 0, endLine: 9, newLines: 9 }, 5],
  ])('%s', (_, line, change, expected) => {
    expect(moveLine(line, change)).toBe(expected);
  });
});
