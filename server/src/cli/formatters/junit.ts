import type { Formatter } from './formatter';

/** A test suite per file, a failed test per finding, as CI systems read it. */
export const junit: Formatter = {
  name: 'junit',
  format({ files }) {
    const suites = files.map(({ path, findings }) => {
      const cases = findings.map(
        ({ ruleId, severity, message, line, column }) =>
          `    <testcase name="${xml(`${ruleId} ${line}:${column}`)}" classname="${xml(path)}">\n` +
          `      <failure type="${severity}" message="${xml(message)}">${xml(`${path}:${line}:${column}`)}</failure>\n` +
          '    </testcase>',
      );
      if (cases.length === 0) cases.push(`    <testcase name="clean" classname="${xml(path)}"/>`);
      const counts = `tests="${cases.length}" failures="${findings.length}" errors="0"`;
      return [`  <testsuite name="${xml(path)}" ${counts}>`, ...cases, '  </testsuite>'].join('\n');
    });
    return [
      '<?xml version="1.0" encoding="UTF-8"?>',
      '<testsuites name="sdprompt">',
      ...suites,
      '</testsuites>',
      '',
    ].join('\n');
  },
};

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
};

/** Characters that XML 1.0 cannot hold at all become U+FFFD. */
const xml = (text: string): string =>
  text
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .replace(/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, '\ufffd')
    .replace(/[&<>"\n]/g, (character) => ENTITIES[character] ?? character);
