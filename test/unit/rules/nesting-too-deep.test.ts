import { describe, it } from 'vitest';
import { check } from './check';

describe('nesting-too-deep', () => {
  it('reports the first bracket beyond the limit', () => {
    check(`${'('.repeat(256)}«(»a${')'.repeat(257)}`, 'nesting-too-deep', { severity: 'error' });
    check(`${'('.repeat(200)}a${')'.repeat(200)}`, 'nesting-too-deep');
  });
});
