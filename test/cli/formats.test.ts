import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RULES } from '../../server/src/language/rules';
import { layOut, type Outcome, PACKAGE, runCli, temporaryTree } from './scenario';
import { parseXml } from './xml';

/** Mistakes, fixes, several blocks, and names that each format has to escape. */
const FILES: Readonly<Record<string, string>> = {
  'sdprompt.config.json': '{ "loraPaths": ["builtin"], "baseModel": "demo" }',
  'a.sdprompt': 'a house, (16:9), 100%\r\n---\r\n<lora:hat:0,8>, ( open "<&>\r\n',
  'sub dir/50%, a:b & <c> #1?.sdprompt': '😀 (16:9), <lora:x%y,z:0,8>\n',
  '图 1.v2.sdprompt': '线稿, [tree:1.2], (a:1.2:1.3)\n',
  'clean.sdprompt': 'a house\n',
};

interface JsonFinding {
  readonly rule: string;
  readonly severity: 'error' | 'warning' | 'info' | 'hint';
  readonly message: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly fixes?: readonly unknown[];
}
interface Flat extends JsonFinding {
  readonly path: string;
}

const outputs: Record<string, Outcome> = {};
let findings: Flat[] = [];

const { root, tree } = temporaryTree();
afterAll(() => rmSync(root, { recursive: true, force: true }));

beforeAll(async () => {
  layOut('', { description: '', args: [], exitCode: 0, write: FILES }, tree);
  for (const format of ['json', 'stylish', 'sarif', 'github', 'junit'])
    outputs[format] = await runCli(tree, ['lint', '--format', format]);
  const report: { results: { path: string; findings: JsonFinding[] }[] } = JSON.parse(outputs.json.stdout);
  findings = report.results.flatMap(({ path, findings }) => findings.map((one) => ({ path, ...one })));
});

describe('report formats', () => {
  it('all end with 1 and say nothing on standard error', () => {
    for (const [format, { code, stderr }] of Object.entries(outputs))
      expect({ format, code, stderr }).toEqual({ format, code: 1, stderr: '' });
    expect(new Set(findings.map(({ severity }) => severity)).size).toBeGreaterThan(1);
    expect(findings.length).toBeGreaterThan(6);
  });

  it('stylish has one finding a line, in the form that the problem matcher reads', () => {
    const manifest: { contributes: { problemMatchers: { name: string; pattern: Matcher | Matcher[] }[] } } =
      JSON.parse(readFileSync(path.join(PACKAGE, 'package.json'), 'utf8'));
    const matcher = manifest.contributes.problemMatchers.find(({ name }) => name === 'sdprompt')?.pattern;
    if (!matcher || Array.isArray(matcher)) throw new Error('The problem matcher is one line.');
    const pattern = new RegExp(matcher.regexp);
    const read = outputs.stylish.stdout.split('\n').flatMap((line) => {
      const match = pattern.exec(line);
      return match ? [fieldsOf(match, matcher)] : [];
    });
    expect(read).toEqual(
      findings.map(({ path, line, column, severity, message, rule }) => ({
        path,
        line,
        column,
        severity,
        message,
        rule,
      })),
    );
  });

  it('github escapes what ends a property or a message, and loses nothing', () => {
    const unescape = (text: string) =>
      text
        .replaceAll('%2C', ',')
        .replaceAll('%3A', ':')
        .replaceAll('%0A', '\n')
        .replaceAll('%0D', '\r')
        .replaceAll('%25', '%');
    const lines = outputs.github.stdout.trimEnd().split('\n');
    const read = lines.slice(0, -1).map((line) => {
      const [, level, properties, message] = /^::(error|warning|notice) ([^:]*)::(.*)$/.exec(line) ?? [];
      const values = Object.fromEntries(
        properties.split(',').map((pair) => pair.split('=') as [string, string]),
      );
      return [
        level,
        unescape(values.file),
        Number(values.line),
        Number(values.col),
        values.title,
        unescape(message),
      ];
    });
    expect(read).toEqual(
      findings.map((one) => [
        one.severity === 'error' || one.severity === 'warning' ? one.severity : 'notice',
        one.path,
        one.line,
        one.column,
        one.rule,
        one.message,
      ]),
    );
  });

  it('junit is well-formed, and its counts are those of its elements', () => {
    const root = parseXml(outputs.junit.stdout);
    expect(root.name).toBe('testsuites');
    expect(root.children.map(({ attributes }) => attributes.name).sort()).toEqual(
      Object.keys(FILES)
        .filter((name) => name.endsWith('.sdprompt'))
        .sort(),
    );
    for (const suite of root.children) {
      const failures = suite.children.filter(({ children }) =>
        children.some(({ name }) => name === 'failure'),
      );
      expect(Number(suite.attributes.tests)).toBe(suite.children.length);
      expect(Number(suite.attributes.failures)).toBe(failures.length);
    }
    const messages = root.children.flatMap(({ children }) =>
      children.flatMap((test) => test.children.map(({ attributes }) => attributes.message)),
    );
    expect(messages).toEqual(findings.map(({ message }) => message));
  });

  it('sarif has what version 2.1.0 requires', () => {
    const log: SarifLog = JSON.parse(outputs.sarif.stdout);
    expect(log.version).toBe('2.1.0');
    expect(log.$schema).toMatch(/^https:.*sarif.*2\.1\.0/);
    const [run, ...others] = log.runs;
    expect(others).toEqual([]);
    const { driver } = run.tool;
    expect(driver.name).toBe('sdprompt');
    expect(driver.version).toMatch(/^\d+\.\d+\.\d+$/);
    // Ids are unique, and every one is a rule that has a page.
    const ids = driver.rules.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { id, helpUri, shortDescription, defaultConfiguration } of driver.rules) {
      expect(RULES.map((rule) => rule.id)).toContain(id);
      expect(new URL(helpUri).pathname).toContain(id);
      expect(shortDescription.text).not.toBe('');
      expect(['none', 'note', 'warning', 'error']).toContain(defaultConfiguration.level);
    }
    expect(['utf16CodeUnits', 'unicodeCodePoints']).toContain(run.columnKind);
    expect(
      run.results.map(({ ruleId, ruleIndex, level, message, locations }) => {
        expect(driver.rules[ruleIndex].id).toBe(ruleId);
        expect(locations).toHaveLength(1);
        const { artifactLocation, region } = locations[0].physicalLocation;
        // A relative reference: no scheme, only characters that RFC 3986 allows.
        expect(artifactLocation.uri).toMatch(/^(?:[\w.~!$&'()*+,;=@/-]|%[\dA-F]{2})+$/);
        expect(region.startLine).toBeGreaterThanOrEqual(1);
        expect(region.startColumn).toBeGreaterThanOrEqual(1);
        return {
          path: decodeURIComponent(artifactLocation.uri),
          rule: ruleId,
          level,
          message: message.text,
          region: [region.startLine, region.startColumn, region.endLine, region.endColumn],
        };
      }),
    ).toEqual(
      findings.map((one) => ({
        path: one.path,
        rule: one.rule,
        level: one.severity === 'error' || one.severity === 'warning' ? one.severity : 'note',
        message: one.message,
        region: [one.line, one.column, one.endLine, one.endColumn],
      })),
    );
  });

  it('sarif is valid by the schema of version 2.1.0', () => {
    const schema = JSON.parse(
      readFileSync(path.join(import.meta.dirname, '../golden/sarif/sarif-schema-2.1.0.json'), 'utf8'),
    );
    // The schema is of an older draft, in which these two say what it is; the rest reads the same.
    const { $schema: _draft, id: _id, ...rules } = schema;
    const validate = new Ajv({ strict: false, validateFormats: false, allErrors: true }).compile(rules);
    const log = JSON.parse(outputs.sarif.stdout);
    expect(validate(log) ? [] : validate.errors).toEqual([]);
    log.runs[0].results[0].level = 'hint';
    expect(validate(log)).toBe(false);
  });

  it('sarif has every fix, with the places it changes', () => {
    const log: SarifLog = JSON.parse(outputs.sarif.stdout);
    const fixes = log.runs[0].results.map(({ fixes }) => fixes ?? []);
    expect(fixes.flat().length).toBeGreaterThan(4);
    expect(
      fixes.map((some) =>
        some.map(({ description, artifactChanges: [change], properties }) => ({
          title: description.text,
          safe: properties.safe,
          edits: change.replacements.map(({ deletedRegion: { charOffset, charLength }, insertedContent }) => ({
            range: { start: charOffset, end: charOffset + charLength },
            newText: insertedContent.text,
          })),
        })),
      ),
    ).toEqual(findings.map(({ fixes }) => fixes ?? []));
  });
});

interface Matcher {
  readonly regexp: string;
  readonly file: number;
  readonly line: number;
  readonly column: number;
  readonly severity: number;
  readonly message: number;
  readonly code: number;
}

function fieldsOf(match: RegExpExecArray, matcher: Matcher) {
  return {
    path: match[matcher.file],
    line: Number(match[matcher.line]),
    column: Number(match[matcher.column]),
    severity: match[matcher.severity],
    message: match[matcher.message],
    rule: match[matcher.code],
  };
}

interface SarifLog {
  readonly version: string;
  readonly $schema: string;
  readonly runs: {
    readonly columnKind: string;
    readonly tool: {
      readonly driver: {
        readonly name: string;
        readonly version: string;
        readonly rules: {
          readonly id: string;
          readonly helpUri: string;
          readonly shortDescription: { readonly text: string };
          readonly defaultConfiguration: { readonly level: string };
        }[];
      };
    };
    readonly results: {
      readonly ruleId: string;
      readonly ruleIndex: number;
      readonly level: string;
      readonly message: { readonly text: string };
      readonly fixes?: {
        readonly description: { readonly text: string };
        readonly artifactChanges: {
          readonly replacements: {
            readonly deletedRegion: { readonly charOffset: number; readonly charLength: number };
            readonly insertedContent: { readonly text: string };
          }[];
        }[];
        readonly properties: { readonly safe: boolean };
      }[];
      readonly locations: {
        readonly physicalLocation: {
          readonly artifactLocation: { readonly uri: string };
          readonly region: {
            readonly startLine: number;
            readonly startColumn: number;
            readonly endLine: number;
            readonly endColumn: number;
          };
        };
      }[];
    }[];
  }[];
}
