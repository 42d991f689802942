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

describe('lora-in-schedule', () => {
  it('reports tags in schedules and alternations', () => {
    check('[«<lora:mira:1>»:«<lora:outline:1>»:0.5]', 'lora-in-schedule', { severity: 'warning' });
    check('[a|b «<lora:mira:1>»]', 'lora-in-schedule');
    check('[(«<lora:mira:1>»:1.2):0.5]', 'lora-in-schedule');
  });
  it('accepts plain brackets', () => {
    check('(<lora:mira:1>:1.2), [<lora:outline:1>], [a:b:0.5]', 'lora-in-schedule');
  });
});
