import { describe, expect, it } from 'vitest';
import { createLineIndex } from '../../../server/src/language/text/lines';

describe('createLineIndex', () => {
  const text = 'ab\ncd\r\ne\r\r\n😀f';
  const index = createLineIndex(text);

  it('counts lines at \\n, \\r\\n and \\r', () => {
    expect(index.lineCount).toBe(5);
    expect([0, 1, 2, 3, 4].map((line) => text.slice(index.lineStart(line), index.lineEnd(line)))).toEqual([
      'ab',
      'cd',
      'e',
      '',
      '😀f',
    ]);
  });

  it('finds every offset again', () => {
    for (let offset = 0; offset <= text.length; offset++) {
      const position = index.positionAt(offset);
      const isInsideLineBreak = text[offset - 1] === '\r' && text[offset] === '\n';
      if (!isInsideLineBreak) expect(index.offsetAt(position)).toBe(offset);
    }
  });

  it('counts UTF-16 code units', () => {
    expect(index.positionAt(text.indexOf('f'))).toEqual({ line: 4, character: 2 });
  });

  it('moves what lies outside to the nearest end', () => {
    expect(index.positionAt(-1)).toEqual({ line: 0, character: 0 });
    expect(index.positionAt(1000)).toEqual({ line: 4, character: 3 });
    expect(index.positionAt(Number.NaN)).toEqual({ line: 0, character: 0 });
    expect(index.offsetAt({ line: 9, character: 0 })).toBe(text.length);
    expect(index.offsetAt({ line: -1, character: 5 })).toBe(0);
    expect(index.offsetAt({ line: 1, character: 99 })).toBe(5);
  });

  it('gives an empty text one line', () => {
    const empty = createLineIndex('');
    expect(empty.lineCount).toBe(1);
    expect(empty.positionAt(0)).toEqual({ line: 0, character: 0 });
  });
});
