import { describe, it } from 'vitest';
import { check } from './check';

describe('duplicate-negative', () => {
  it('reports a second label', () => {
    check('a\nNegative prompt: b\n«Negative prompt:» c', 'duplicate-negative', { severity: 'warning' });
    check('a\nNegative prompt: b\n---\na\nNegative prompt: b', 'duplicate-negative');
  });
});
