import { afterEach, describe, expect, it, vi } from 'vitest';
import { RULES } from '../../../server/src/language/rules';
import { findings } from './check';

afterEach(() => {
  vi.restoreAllMocks();
});

describe('a rule that throws', () => {
  it('costs one finding, and the others still run', () => {
    const rule = RULES.find(({ id }) => id === 'duplicate-tag')!;
    vi.spyOn(rule, 'check').mockImplementation((_context, _options, report) => {
      report({ range: { start: 0, end: 1 }, message: 'before the fall' });
      throw new Error('the sky fell');
    });
    const found = findings('a, a, <lora:nobody:1>');
    expect(found.map((finding) => finding.ruleId)).toEqual(['internal-rule-error', 'unknown-lora']);
    expect(found[0]).toMatchObject({ severity: 'error', range: { start: 0, end: 0 } });
    expect(found[0]?.message).toContain('`duplicate-tag`');
    expect(found[0]?.message).toContain('the sky fell');
  });
  it('may throw anything', () => {
    const rule = RULES.find(({ id }) => id === 'unknown-lora')!;
    vi.spyOn(rule, 'check').mockImplementation(() => {
      throw 'a string';
    });
    expect(findings('a')[0]?.message).toContain('a string');
  });
});
