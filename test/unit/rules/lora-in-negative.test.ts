import { describe, it } from 'vitest';
import { check } from './check';

describe('lora-in-negative', () => {
  it('reports the tag', () => {
    check('a\nNegative prompt: bad, «<lora:mira:1>»', 'lora-in-negative', {
      severity: 'warning',
      unsafe: 'a\nNegative prompt: bad',
    });
    check('a\nNegative prompt: («<lyco:mira:1>»:1.2), «<hypernet:h:1>»', 'lora-in-negative');
  });
  it('leaves positive prompts and other tags alone', () => {
    check('<lora:mira:1>\nNegative prompt: <b:x>, bad', 'lora-in-negative');
  });
});
