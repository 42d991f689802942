import { describe, it } from 'vitest';
import { check } from './check';
import { STUDIO } from './environment';

describe('slash-comment', () => {
  it('makes a comment of a line', () => {
    check('a cat,\n«// a beach,»\ngrass', 'slash-comment', {
      severity: 'warning',
      fixed: 'a cat,\n# a beach,\ngrass',
    });
    check('«//todo»\ngrass', 'slash-comment', { fixed: '#todo\ngrass' });
    check('a\nNegative prompt: bad,\n  «/// old»', 'slash-comment', {
      fixed: 'a\nNegative prompt: bad,\n  # old',
    });
  });
  it('takes out what stands between marks', () => {
    check('«/* tall */» grass', 'slash-comment', { fixed: 'grass' });
    check('a «/* tall\nwide */» grass', 'slash-comment', { fixed: 'a grass' });
    check('a cat, «<!-- tall -->», grass', 'slash-comment', { fixed: 'a cat, , grass' });
  });
  it('asks about the end of a line', () => {
    check('a cat, «// a beach»', 'slash-comment', { fixed: 'a cat, // a beach', unsafe: 'a cat, # a beach' });
  });
  it('follows the target', () => {
    check('a,\n// b\n/* c */', 'slash-comment', { environment: { ...STUDIO, target: 'comfyui' } });
    check('a,\n«// b»\nc', 'slash-comment', {
      environment: { ...STUDIO, target: 'invokeai' },
      message: 'Keep notes out',
      fixed: 'a,\n\nc',
    });
  });
  it.each([
    'see https://example.org/a, x',
    'https://example.org',
    'and/or, 24/7, w//o x',
    '.hack//sign, x',
    '// ',
    'a /* b',
    '*/ω*/, x',
    '# // a comment of its own',
    '//cdn.example.org/a.png, x',
  ])('%s is left alone', (text) => {
    check(text, 'slash-comment');
  });
});
