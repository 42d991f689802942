import { describe, expect, it } from 'vitest';
import { check } from './check';

describe('duplicate-tag', () => {
  it('reports the second of two', () => {
    const [finding] = check('1girl, rain, «1girl»', 'duplicate-tag', {
      severity: 'info',
      unsafe: '1girl, rain',
      fixed: '1girl, rain, 1girl',
    });
    expect(finding?.related?.[0]?.range).toEqual({ start: 0, end: 5 });
    check('Long Hair, «long_hair», x', 'duplicate-tag');
    check('A cat, rain, «a cat», Zebra, «zebra»', 'duplicate-tag');
    check('(a:1.2), «(a:1.2)», miku \\(vocaloid\\), «miku \\(vocaloid\\)»', 'duplicate-tag');
    check('a\nNegative prompt: bad, «bad»', 'duplicate-tag');
  });
  it('accepts what differs, other parts and other prompts', () => {
    for (const text of [
      'a, b',
      'a, (a:1.2)',
      'a BREAK a',
      'a AND a',
      'a\nNegative prompt: a',
      'a\n---\na',
      '<lora:mira:1>, <lora:mira:1>',
      'a, # a',
      ', ,',
    ])
      check(text, 'duplicate-tag');
    check('a, b, a', 'duplicate-tag', { settings: { 'duplicate-tag': ['on', { ignore: ['A'] }] } });
  });
});
