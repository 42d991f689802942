import { describe, it } from 'vitest';
import { check } from './check';

describe('useless-escape', () => {
  it('removes backslashes that do nothing', () => {
    check('a«\\», b', 'useless-escape', { severity: 'info', fixed: 'a, b' });
    check('long«\\»_hair', 'useless-escape', { fixed: 'long_hair' });
    check('C:«\\»temp', 'useless-escape', { fixed: 'C:\\temp' });
  });
  it('keeps backslashes whose removal would make something new of the text', () => {
    check('«\\»---', 'useless-escape', { fixed: '\\---' });
    check('«\\»Negative prompt: a', 'useless-escape', { fixed: '\\Negative prompt: a' });
    check('<lo«\\»ra:a:1>', 'useless-escape', { fixed: '<lo\\ra:a:1>' });
  });
  it('warns of a colon that is not protected', () => {
    check('(a«\\:»1.2)', 'useless-escape', {
      severity: 'warning',
      message: 'weighed with 1.2',
      unsafe: '(a:1.2:1.1)',
      fixed: '(a\\:1.2)',
    });
    check('a«\\»: b', 'useless-escape', { severity: 'info' });
  });
  it('warns before a tag', () => {
    check('a «\\»<lora:mira:1>', 'useless-escape', {
      message: 'removed all the same',
      fixed: 'a <lora:mira:1>',
    });
  });
  it('accepts real escapes', () => {
    for (const text of ['\\(a\\)', '\\[a\\]', 'a \\\\ b', '[a\\:b:c:0.5]', 'a \\| b', '\\\\<lora:mira:1>'])
      check(text, 'useless-escape');
  });
});
