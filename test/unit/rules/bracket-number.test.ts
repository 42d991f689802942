import { describe, expect, it } from 'vitest';
import { check } from './check';

describe('bracket-number', () => {
  it('reports square brackets with a weight', () => {
    const [finding] = check('a, «[word:1.2]»', 'bracket-number', {
      severity: 'warning',
      unsafe: 'a, (word:1.2)',
      fixed: 'a, [word:1.2]',
    });
    expect(finding?.fixes?.map((fix) => fix.edits[0]?.newText)).toEqual(['(word:1.2)', '(word:0.833)']);
    check('«[two words:1.5]»', 'bracket-number');
  });
  it('accepts schedules that work', () => {
    for (const text of [
      '[word:0.8]',
      '[word:5]',
      '[a:b:0.5]',
      '[a:b:1.2]',
      '[word]',
      '[a|b]',
      '(word:1.2)',
      '[word:1.0]',
    ])
      check(text, 'bracket-number');
  });
});
