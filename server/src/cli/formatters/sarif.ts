import { RULES } from '../../language/rules';
import type { Severity } from '../../language/rules/rule';
import { rulePage } from '../../language/rules/schema';
import type { PlacedFinding } from '../report';
import type { Formatter } from './formatter';

const LEVEL: Readonly<Record<Severity, string>> = {
  error: 'error',
  warning: 'warning',
  info: 'note',
  hint: 'note',
};

/** SARIF 2.1.0, as code scanning services take it. */
export const sarif: Formatter = {
  name: 'sarif',
  format({ files }, { version }) {
    const used = [...new Set(files.flatMap(({ findings }) => findings.map(({ ruleId }) => ruleId)))].sort();
    const log = {
      $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
      version: '2.1.0',
      runs: [
        {
          tool: {
            driver: {
              name: 'sdprompt',
              version,
              informationUri: 'https://github.com/sdprompt/sdprompt',
              rules: used.map(describe),
            },
          },
          columnKind: 'utf16CodeUnits',
          results: files.flatMap(({ path, findings }) =>
            findings.map((finding) => result(path, finding, used)),
          ),
        },
      ],
    };
    return `${JSON.stringify(log, null, 2)}\n`;
  },
};

function describe(id: string) {
  const rule = RULES.find((one) => one.id === id);
  return {
    id,
    helpUri: rulePage(id),
    ...(rule && {
      shortDescription: { text: rule.description },
      defaultConfiguration: { level: LEVEL[rule.severity] },
      properties: { tags: rule.tags },
    }),
  };
}

function result(path: string, finding: PlacedFinding, used: readonly string[]) {
  const artifactLocation = {
    uri: path.split('/').map(encodeURIComponent).join('/'),
    uriBaseId: '%SRCROOT%',
  };
  return {
    ruleId: finding.ruleId,
    ruleIndex: used.indexOf(finding.ruleId),
    level: LEVEL[finding.severity],
    message: { text: finding.message },
    locations: [
      {
        physicalLocation: {
          artifactLocation,
          region: {
            startLine: finding.line,
            startColumn: finding.column,
            endLine: finding.endLine,
            endColumn: finding.endColumn,
          },
        },
      },
    ],
    ...(finding.fixes?.length && {
      fixes: finding.fixes.map(({ title, safe, edits }) => ({
        description: { text: title },
        artifactChanges: [
          {
            artifactLocation,
            // Offsets count from behind a byte order mark, as SARIF wants it.
            replacements: edits.map(({ range, newText }) => ({
              deletedRegion: { charOffset: range.start, charLength: range.end - range.start },
              insertedContent: { text: newText },
            })),
          },
        ],
        properties: { safe },
      })),
    }),
  };
}
