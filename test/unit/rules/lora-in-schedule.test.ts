import { describe, it } from 'vitest';
import { check } from './check';

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
