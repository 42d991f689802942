import { describe, it } from 'vitest';
import { check } from './check';

describe('unused-suppression', () => {
  it('reports the names that silence nothing, and takes them out', () => {
    check('# sdprompt-disable-next-line «unknown-lora», duplicate-tag\na, a', 'unused-suppression', {
      severity: 'warning',
      fixed: '# sdprompt-disable-next-line duplicate-tag\na, a',
    });
    check('# sdprompt-disable-next-line duplicate-tag, «unknown-lora» -- why\na, a', 'unused-suppression', {
      fixed: '# sdprompt-disable-next-line duplicate-tag -- why\na, a',
    });
    check('# sdprompt-disable-next-line duplicate-tag «unknown-lora»\na, a', 'unused-suppression', {
      fixed: '# sdprompt-disable-next-line duplicate-tag\na, a',
    });
  });
  it('takes out the whole comment when nothing is left of it', () => {
    check('«# sdprompt-disable-file»\na', 'unused-suppression', { fixed: 'a' });
    check('a # sdprompt-disable-line «duplicate-tag»\nb', 'unused-suppression', { fixed: 'a\nb' });
    check('a\n  # sdprompt-disable «duplicate-tag»\r\nb', 'unused-suppression', { fixed: 'a\nb' });
  });
  it('is silent about rules that are off, and about itself', () => {
    check('# sdprompt-disable-file duplicate-tag\na', 'unused-suppression', {
      settings: { 'duplicate-tag': 'off' },
    });
    check('# sdprompt-disable-file duplicate-tag\na', 'unused-suppression', {
      settings: { 'unused-suppression': 'off' },
    });
  });
});
