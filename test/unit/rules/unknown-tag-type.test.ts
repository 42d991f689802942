import { describe, it } from 'vitest';
import { check } from './check';

describe('unknown-tag-type', () => {
  it('reports a type in the wrong case', () => {
    check('<«LORA»:mira:1>', 'unknown-tag-type', {
      severity: 'error',
      message: 'case-sensitive',
      fixed: '<lora:mira:1>',
    });
    check('<«LyCo»:mira:1>', 'unknown-tag-type', { fixed: '<lyco:mira:1>' });
  });
  it('reports blanks in the head of a tag', () => {
    check('«< lora:»mira:1>', 'unknown-tag-type', { severity: 'error', fixed: '<lora:mira:1>' });
    check('«<lora :»mira:1>', 'unknown-tag-type', { fixed: '<lora:mira:1>' });
  });
  it('reports slips of a known type', () => {
    check('<«loar»:mira:1>', 'unknown-tag-type', {
      severity: 'error',
      unsafe: '<lora:mira:1>',
      fixed: '<loar:mira:1>',
    });
  });
  it('reports prose that will be deleted', () => {
    check('a «<note:remember the hat>», b', 'unknown-tag-type', { severity: 'warning' });
  });
  it('accepts what is read, by the web UI or by the target', () => {
    for (const text of ['<lora:mira:1>', '<lyco:mira:1>', '<hypernet:x:1>', 'a < b', 'love <3'])
      check(text, 'unknown-tag-type');
    check('Negative prompt: <LORA:mira:1>', 'unknown-tag-type');
  });
});
