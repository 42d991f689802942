import { describe, expect, it } from 'vitest';
import { fileFindings } from '../../../server/src/language/rules/run';

describe('unreadable-file', () => {
  it('has the level that is configured', () => {
    const found = [{ range: { start: 2, end: 99 }, message: 'x', severity: 'warning' }] as const;
    expect(fileFindings(found, 10)).toEqual([
      { range: { start: 2, end: 10 }, message: 'x', severity: 'warning', ruleId: 'unreadable-file' },
    ]);
    expect(fileFindings(found, 10, { 'unreadable-file': 'error' })).toMatchObject([{ severity: 'error' }]);
    expect(fileFindings(found, 10, { 'unreadable-file': 'off' })).toEqual([]);
  });
});
