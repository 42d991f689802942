import type { Formatter } from './formatter';

/** Everything, for programs: fixes with their edits and whether they are safe. */
export const json: Formatter = {
  name: 'json',
  format: ({ files, counts, fixable, fixed }) => {
    const results = files.map(({ path, findings }) => ({
      path,
      findings: findings.map((finding) => ({
        rule: finding.ruleId,
        severity: finding.severity,
        message: finding.message,
        line: finding.line,
        column: finding.column,
        endLine: finding.endLine,
        endColumn: finding.endColumn,
        range: finding.range,
        ...(finding.fixes?.length && { fixes: finding.fixes }),
        ...(finding.related?.length && { related: finding.related }),
      })),
    }));
    return `${JSON.stringify({ version: 1, counts, fixable, fixed, results }, null, 2)}\n`;
  },
};
