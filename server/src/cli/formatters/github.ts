import type { Severity } from '../../language/rules/rule';
import { plural } from '../plural';
import type { Formatter } from './formatter';

const LEVEL: Readonly<Record<Severity, string>> = {
  error: 'error',
  warning: 'warning',
  info: 'notice',
  hint: 'notice',
};

/** Workflow commands that GitHub shows as annotations. It shows ten of each level a step: the summary says how many there are. */
export const github: Formatter = {
  name: 'github',
  format({ files, counts }) {
    const lines = files.flatMap(({ path, findings }) =>
      findings.map((finding) => {
        const place = [
          `file=${property(path)}`,
          `line=${finding.line}`,
          `col=${finding.column}`,
          `endLine=${finding.endLine}`,
          `endColumn=${finding.endColumn}`,
          `title=${property(finding.ruleId)}`,
        ];
        return `::${LEVEL[finding.severity]} ${place.join(',')}::${data(finding.message)}`;
      }),
    );
    const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
    return `${[...lines, `sdprompt: ${plural(total, 'finding')} in ${plural(files.length, 'file')}`].join('\n')}\n`;
  },
};

const data = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
