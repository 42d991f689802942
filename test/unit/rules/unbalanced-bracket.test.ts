import { describe, it } from 'vitest';
import { check } from './check';

describe('unbalanced-bracket', () => {
  it('reports openers and closes them at the end', () => {
    check('a «(»b', 'unbalanced-bracket', { severity: 'warning', fixed: 'a (b)' });
    check('a «[»b, c  \n', 'unbalanced-bracket', { fixed: 'a [b, c]  \n' });
    check('«(»a, «(»b', 'unbalanced-bracket', { fixed: '(a, (b)' });
    check('a «(»b\nNegative prompt: c', 'unbalanced-bracket', { fixed: 'a (b)\nNegative prompt: c' });
  });
  it('asks before the closer makes a weight or a schedule of the text', () => {
    check('a «(»b:1.2', 'unbalanced-bracket', { fixed: 'a (b:1.2', unsafe: 'a (b:1.2)' });
    check('a «[»b:0.5', 'unbalanced-bracket', { fixed: 'a [b:0.5' });
    check('a «[»b|c', 'unbalanced-bracket', { fixed: 'a [b|c' });
  });
  it('asks before it ends a bracket earlier than the web UI does', () => {
    check('(a «[»b) c', 'unbalanced-bracket', { fixed: '(a [b) c' });
  });
  it('reports closers and escapes them', () => {
    check('a b«)», c', 'unbalanced-bracket', { fixed: 'a b\\), c' });
    check('a«]]»', 'unbalanced-bracket', { fixed: 'a\\]\\]' });
    check('(a«]») b', 'unbalanced-bracket', { fixed: '(a\\]) b' });
  });
  it('hardly minds a face', () => {
    check('smile, :«)», x', 'unbalanced-bracket', { severity: 'info', fixed: 'smile, :\\), x' });
    check(';-«)»', 'unbalanced-bracket', { severity: 'info' });
    check('a:«)»', 'unbalanced-bracket', { severity: 'warning' });
  });
  it('knows escapes and balanced brackets', () => {
    for (const text of [
      '(a)',
      '[a]',
      '((a) [b])',
      'text with \\(escaped unmatched\\]',
      'miku \\(vocaloid\\)',
      ':\\)',
      '[a:b:0.5]',
      '[a|b]',
    ])
      check(text, 'unbalanced-bracket');
  });
  it('reports both brackets of a mismatch, once each', () => {
    check('«(»mismatched«]»', 'unbalanced-bracket');
  });
});
