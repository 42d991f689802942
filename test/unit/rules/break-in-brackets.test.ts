import { describe, expect, it } from 'vitest';
import { check } from './check';

describe('break-in-brackets', () => {
  it('reports a BREAK that is none', () => {
    const [finding] = check('(a «BREAK» b)', 'break-in-brackets', { severity: 'warning' });
    expect(finding?.related?.[0]?.range).toEqual({ start: 0, end: 1 });
    check('[a «BREAK» b]', 'break-in-brackets');
    check('(a, (b «BREAK» c):1.2)', 'break-in-brackets');
    check('(x «BREAK» y:-1)', 'break-in-brackets');
  });
  it('accepts a BREAK that breaks, and a word that is not BREAK', () => {
    for (const text of [
      'a BREAK b',
      '(a) BREAK (b)',
      '(a BREAK b:1)',
      '(a BREAKFAST b)',
      '(a break b)',
      '[a BREAK b:c:0.5]',
    ])
      check(text, 'break-in-brackets');
  });
});
