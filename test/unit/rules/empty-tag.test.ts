import { describe, it } from 'vitest';
import { check } from './check';

describe('empty-tag', () => {
  it('reports tags that name nothing', () => {
    check('a, «<lora:>»', 'empty-tag', { severity: 'error', unsafe: 'a' });
    check('«<lora::1>», b', 'empty-tag', { unsafe: 'b' });
  });
  it('leaves named tags alone', () => {
    check('<lora:mira>', 'empty-tag');
    check('<lora:mira:>', 'empty-tag');
  });
});
