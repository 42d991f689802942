import { describe, it } from 'vitest';
import { check } from './check';

describe('unclosed-tag', () => {
  it('reports a tag without its end and closes it', () => {
    check('1girl, «<lora:mira:0.8»', 'unclosed-tag', { severity: 'error', fixed: '1girl, <lora:mira:0.8>' });
    check('«<lora:mira:0.8», rain', 'unclosed-tag', { fixed: '<lora:mira:0.8>, rain' });
    check('a «<lora:mira:1»\nb', 'unclosed-tag', { fixed: 'a <lora:mira:1>\nb' });
    check('a «<lora:mira:1»  \nb', 'unclosed-tag', { fixed: 'a <lora:mira:1>  \nb' });
  });
  it('leaves closed tags and plain signs alone', () => {
    for (const text of ['<lora:mira:1>', '3 < 4', 'a <b> c', '<3']) check(text, 'unclosed-tag');
  });
  it('leaves what else is wrong with the tag until it is closed', () => {
    check('<lora:unheard_of:0,8', 'unknown-lora');
    check('<lora:unheard_of:0,8\n>', 'lora-weight');
  });
});
