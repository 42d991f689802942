import { describe, expect, it } from 'vitest';
import { check } from './check';

describe('one-bad-weight-disables-all', () => {
  it('names those that suffer and points at the cause', () => {
    const [finding] = check(
      '<lora:mira:0,8> «<lora:outline:1>» <lora:detail:1>',
      'one-bad-weight-disables-all',
      {
        severity: 'warning',
        message: '`outline` and `detail` are switched off',
      },
    );
    expect(finding?.related?.[0]?.range).toEqual({ start: 0, end: 15 });
    check('«<lora:outline:1>» <lora:mira:>', 'one-bad-weight-disables-all', { message: 'is switched off' });
  });
  it('needs somebody to suffer', () => {
    check('<lora:mira:0,8>', 'one-bad-weight-disables-all');
    check('<lora:mira:0,8> <lora:outline:x>', 'one-bad-weight-disables-all');
    check('<lora:mira:0.8> <lora:outline:1>', 'one-bad-weight-disables-all');
    check('<lora:mira:0,8>\n---\n<lora:outline:1>', 'one-bad-weight-disables-all');
    check('<lora:mira:nan> <lora:outline:1>', 'one-bad-weight-disables-all');
  });
});
