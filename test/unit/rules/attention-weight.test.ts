import { describe, it } from 'vitest';
import { check } from './check';

describe('attention-weight', () => {
  it('reports weights that stop the picture', () => {
    check('(a:«1.5.2»)', 'attention-weight', { severity: 'error', message: 'not made at all' });
    check('(a:«.»)', 'attention-weight', { severity: 'error' });
    check('(a:«1..2»)', 'attention-weight', { fixed: '(a:1.2)' });
  });
  it('reports numbers in a notation that is read as text', () => {
    check('(red dress:«−1»)', 'attention-weight', { severity: 'warning', fixed: '(red dress:-1)' });
    check('(red dress:«1,2»)', 'attention-weight', { fixed: '(red dress:1.2)' });
    check('(red dress:«12e-1»)', 'attention-weight', { fixed: '(red dress:1.2)' });
    check('(red dress: «1,2» )', 'attention-weight', { fixed: '(red dress: 1.2 )' });
  });
  it('reports a colon without a number', () => {
    check('(red dress«:»)', 'attention-weight', {
      severity: 'warning',
      unsafe: '(red dress)',
      fixed: '(red dress:)',
    });
  });
  it('reports weights out of range', () => {
    check('(a:«2.5»)', 'attention-weight', { severity: 'warning', message: 'outside 0 to 2' });
    check('(a:«-0.5»)', 'attention-weight', { message: 'negative prompt' });
    check('(a:«1.5»)', 'attention-weight', { settings: { 'attention-weight': ['on', { max: 1.4 }] } });
  });
  it('multiplies brackets, and reports the one that goes too far once', () => {
    check('(a «(b:1.9)»:1.5)', 'attention-weight', { message: '2.85' });
    check('(((((((«(a)»)))))))', 'attention-weight', { message: '2.144' });
    check('(((((((«((((a))))»)))))))', 'attention-weight');
    check('(((((a)))))', 'attention-weight');
  });
  it('accepts ordinary weights and faces', () => {
    for (const text of [
      '(a:1.2)',
      '(a:0)',
      '(a:2)',
      '(a:+1.3)',
      '(a:.5)',
      '(a:１)',
      '((a))',
      '[[[a]]]',
      '(:)',
      '(D:)',
      '(>:)',
      'a:1.2',
      '(a: b)',
      '(note: c)',
      '(a:1.2]',
    ])
      check(text, 'attention-weight');
  });
  it('looks at negative prompts too', () => {
    check('a\nNegative prompt: (worst quality:«3»)', 'attention-weight');
  });
});
