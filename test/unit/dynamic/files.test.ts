import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readStructured } from '../../../server/src/language/dialects/dynamic/structured';
import { readStructuredText } from '../../../server/src/workspace/wildcards';

const GOLDEN = path.resolve(import.meta.dirname, '../../golden/dynamicprompts/files.jsonl');

interface Row {
  readonly file: string;
  readonly text: string;
  readonly wildcards: Readonly<Record<string, readonly (readonly [string, number?])[]>>;
}

const [header = '', ...lines] = readFileSync(GOLDEN, 'utf8').trim().split('\n');
const rows = lines.map((line) => JSON.parse(line) as Row);

describe('wildcard files in YAML and JSON', () => {
  it('come from a run of dynamicprompts', () => {
    expect(JSON.parse(header)).toMatchObject({ program: 'dynamicprompts 0.31.0' });
  });

  it.each(rows.map((row) => [row.file, row.text, row] as const))('%s %j', (file, text, row) => {
    const { collections } = readStructuredText(file, text);
    const read = collections.map(({ name, values }) => [
      name,
      values.map(({ text, weight }) => (weight === undefined ? [text] : [text, weight])),
    ]);
    expect(Object.fromEntries(read)).toEqual(row.wildcards);
  });
});

describe('what is wrong with a wildcard file', () => {
  const findings = (file: string, text: string) =>
    readStructuredText(file, text).findings.map(({ range, severity, message }) => [
      text.slice(range.start, range.end).trimEnd(),
      severity,
      message.split(/[,.(]/)[0],
    ]);

  it.each([
    ['a:\n  - {red|blue}\n', [['{red|blue}', 'warning', 'This is read as a mapping and not as text']]],
    ['a:\n  - 16:9\n', [['16:9', 'warning', 'This is read as the number 969 and not as text']]],
    ['a:\n  - 5\n', [['5', 'warning', 'This is read as the number 5 and not as text']]],
    ['a:\n  - yes\n', [['yes', 'warning', 'This is read as true or false and not as text']]],
    ['a:\n  - x: y\n', [['x: y', 'warning', 'This is read as a mapping and not as text']]],
    ['a:\n  - [x]\n', [['[x]', 'warning', 'This is read as a list and not as text']]],
    ['a: [x]\na: [y]\n', [['a', 'warning', 'The key `a` is written again below']]],
    [
      'a: [5]\na: [y]\n',
      [
        ['a', 'warning', 'The key `a` is written again below'],
        ['5', 'warning', 'This is read as the number 5 and not as text'],
      ],
    ],
    ['on: [x]\n', [['on', 'warning', 'YAML reads this key as true or false']]],
    ['5\n', [['5', 'warning', 'This file holds neither names nor a list']]],
    ['a:\n  - "x"\n  - ok\n', []],
  ])('%j', (text, expected) => {
    expect(findings('a.yaml', text)).toEqual(expected);
  });

  it.each([
    ['a:\n  - @x\n', 2],
    ['a: [x\nb: y\n', 2],
    ['a:\n  - "x" y\n', 2],
    ['a: [x]\n---\nb: [y]\n', 2],
    ['a:\n  - \u0007\n', 2],
  ])('%j is no YAML, which is said at its line', (text, line) => {
    const [finding] = readStructuredText('a.yaml', text).findings;
    expect(finding).toMatchObject({ severity: 'error' });
    expect(text.slice(0, finding?.range.start).split('\n').length).toBeGreaterThanOrEqual(line);
  });

  it('does not read text into JSON that is none', () => {
    expect(findings('a.json', '{"a": ["x",]}')).toEqual([[']', 'error', 'This file is no JSON ']]);
  });

  it('reads 100,000 names and refuses more', () => {
    const range = { start: 0, end: 1 };
    const read = (count: number) =>
      readStructured(
        {
          type: 'map',
          range,
          entries: Array.from({ length: count }, (_, at) => ({
            key: { type: 'text', value: `k${at}`, range },
            value: { type: 'text', value: 'x', range },
          })),
        },
        '',
        'a',
      );
    expect(read(100_000)).toMatchObject({ collections: { length: 100_000 }, findings: [] });
    expect(read(100_001)).toMatchObject({
      collections: { length: 100_000 },
      findings: [{ severity: 'error' }],
    });
  });

  it.each([
    ['brackets', '['.repeat(200_000)],
    ['mappings', '{a: '.repeat(100_000)],
    ['list items', '- '.repeat(100_000)],
    ['objects', '{"a":'.repeat(100_000)],
    [
      'aliases',
      Array.from({ length: 30 }, (_, at) =>
        at === 0 ? 'a0: &a0 {x: [y]}' : `a${at}: &a${at} {p: *a${at - 1}, q: *a${at - 1}}`,
      ).join('\n'),
    ],
  ])('refuses a file of %s that is made to break a parser', (_, text) => {
    for (const file of ['a.yaml', 'a.json']) expect(findings(file, text)[0]?.[1]).toBe('error');
  });
});
