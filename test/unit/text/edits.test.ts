import { describe, expect, it } from 'vitest';
import { applyEdits, areDisjoint } from '../../../server/src/language/text/edits';

const edit = (start: number, end: number, newText: string) => ({ range: { start, end }, newText });

describe('applyEdits', () => {
  it('replaces, deletes and inserts, in any order given', () => {
    expect(applyEdits('abcdef', [edit(4, 6, ''), edit(0, 1, 'X'), edit(2, 2, '--')])).toBe('Xb--cd');
  });

  it('keeps the order of insertions at one place', () => {
    expect(applyEdits('ab', [edit(1, 1, '1'), edit(1, 1, '2')])).toBe('a12b');
  });

  it('leaves out an edit that overlaps an earlier one', () => {
    expect(applyEdits('abcdef', [edit(0, 3, 'X'), edit(2, 4, 'Y'), edit(3, 4, 'Z')])).toBe('XZef');
  });
});

describe('areDisjoint', () => {
  it('allows borders to touch and nothing more', () => {
    expect(areDisjoint([edit(0, 2, ''), edit(2, 2, 'a'), edit(2, 3, '')])).toBe(true);
    expect(areDisjoint([edit(0, 2, ''), edit(1, 3, '')])).toBe(false);
  });
});
