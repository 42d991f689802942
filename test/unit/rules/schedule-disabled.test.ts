import { describe, it } from 'vitest';
import { check } from './check';
import { STUDIO } from './environment';

describe('schedule-disabled', () => {
  it('points at the bar', () => {
    check('a «|» b, [x:y:0.5]', 'schedule-disabled', { severity: 'warning', fixed: 'a \\| b, [x:y:0.5]' });
    check('{d«|»e}, [x|y]', 'schedule-disabled', { message: 'unexpanded', fixed: '{d|e}, [x|y]' });
    check('(a«|»b), [x:y:0.5]', 'schedule-disabled');
  });
  it('points at the backslash', () => {
    check('[x:y:0.5], a«\\»', 'schedule-disabled', { fixed: '[x:y:0.5], a' });
  });
  it('says nothing where there is no schedule to lose, or where it works', () => {
    for (const text of ['a | b', 'a\\', '[x:y:0.5]', '[a|b]', 'a \\| b, [x:y:0.5]', '[x:y:0.5] \\\\'])
      check(text, 'schedule-disabled');
  });
  it('trusts the extension that expands braces', () => {
    check('{d|e}, [x|y]', 'schedule-disabled', { environment: { ...STUDIO, dynamicPrompts: true } });
  });
});
