import { describe, it } from 'vitest';
import { check } from './check';

describe('unknown-suppression', () => {
  it('reports names no rule has', () => {
    check('# sdprompt-disable-next-line «duplicate-tags»\na, a', 'unknown-suppression', {
      severity: 'warning',
      message: 'Did you mean `duplicate-tag`?',
      fixed: '# sdprompt-disable-next-line duplicate-tag\na, a',
    });
    check('# sdprompt-enable «whatever»\na', 'unknown-suppression', { message: 'sdprompt explain' });
  });
});
