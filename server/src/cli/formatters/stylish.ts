import pc from 'picocolors';
import type { Severity } from '../../language/rules/rule';
import { plural } from '../plural';
import type { Report } from '../report';
import type { Formatter } from './formatter';

/** For people: one finding a line, its place first so that terminals make it a link, and a summary. */
export const stylish: Formatter = {
  name: 'stylish',
  format(report, { colour }) {
    const paint = pc.createColors(colour);
    const tint: Record<Severity, (text: string) => string> = {
      error: paint.red,
      warning: paint.yellow,
      info: paint.blue,
      hint: paint.dim,
    };
    const lines = report.files.flatMap(({ path, findings }) =>
      findings.map(
        ({ line, column, severity, message, ruleId }) =>
          `${paint.bold(path)}:${line}:${column}  ${tint[severity](severity)}  ${message}  ${paint.dim(ruleId)}`,
      ),
    );
    const summary = summarize(report);
    return `${[...lines, ...(lines.length > 0 ? [''] : []), ...summary].join('\n')}\n`;
  },
};

function summarize({ counts, files, fixable, fixed }: Report): string[] {
  const parts = (['error', 'warning', 'info', 'hint'] as const)
    .filter((severity) => counts[severity] > 0)
    .map((severity) => plural(counts[severity], severity));
  const checked = plural(files.length, 'file');
  const lines = [parts.length > 0 ? `${parts.join(', ')} in ${checked}.` : `No findings in ${checked}.`];
  if (fixed > 0) lines.push(`${plural(fixed, 'finding')} fixed.`);
  if (fixable.safe > 0) lines.push(`${fixable.safe} can be fixed with --fix.`);
  if (fixable.unsafe > 0) lines.push(`${fixable.unsafe} more can be fixed with --fix --unsafe-fixes.`);
  return lines;
}
