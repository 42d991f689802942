import type { RuleFinding } from '../../language/rules/rule';
import { gluedPart, type Part, type Segment } from './source';

interface Cell {
  /** Runs of the file that make up the value: quotes doubled in the file are single here. */
  readonly segments: readonly Segment[];
  readonly value: string;
}

/** Header names of a column with texts, by the side of the prompt they belong to. */
const POSITIVE = new Set(['prompt', 'text']);
const NEGATIVE = new Set(['negative_prompt']);

/**
 * The web UI's `styles.csv`: each style is a prompt document made of its two texts. A CSV file without these columns
 * holds no prompt.
 */
export function stylesParts(text: string): Part[] {
  const [head, ...rows] = readRows(text);
  const names = (head ?? []).map(({ value }) => value.trim().toLowerCase());
  if (!names.includes('name')) return [];
  const positive = names.findIndex((name) => POSITIVE.has(name));
  const negative = names.findIndex((name) => NEGATIVE.has(name));
  const parts: Part[] = [];
  for (const row of rows) {
    const segments = [...(row[positive]?.segments ?? [])];
    const below = row[negative]?.segments ?? [];
    const first = below[0];
    if (first) segments.push({ start: first.start, text: '\nNegative prompt: ', isAdded: true }, ...below);
    if (segments.length > 0) parts.push(gluedPart(segments));
  }
  return parts;
}

/** What the web UI cannot read in a `styles.csv`, or reads otherwise than it is meant. */
export function stylesFindings(name: string, text: string): RuleFinding[] {
  const rows = readRows(text);
  const [head] = rows;
  const names = (head ?? []).map(({ value }) => value.trim().toLowerCase());
  const firstLine = { start: 0, end: /[\r\n]|$/.exec(text)?.index ?? text.length };
  if (!names.includes('name')) {
    const isSemicolons = /^\s*"?name"?\s*[;\t]/i.test(text);
    const isStyles = isSemicolons || /styles?[^/\\]*$/i.test(name) || text.includes('{prompt}');
    if (!isStyles || text.trim() === '') return [];
    return [
      {
        range: firstLine,
        severity: 'error',
        message: isSemicolons
          ? 'The columns are separated by something else than commas, so the web UI finds no column `name` and loads none of these styles. Save the file with commas.'
          : 'The first line does not name the columns, so the web UI fails on this file and loads none of its styles. Write `name,prompt,negative_prompt` above it.',
      },
    ];
  }
  return rows.slice(1).flatMap((row): RuleFinding[] => {
    const extra = row[names.length];
    if (extra === undefined || row.slice(names.length).every(({ value }) => value === '')) return [];
    const last = row.at(-1)?.segments.at(-1);
    const start = row[0]?.segments[0]?.start ?? 0;
    return [
      {
        range: { start, end: last ? last.start + last.text.length : start },
        severity: 'warning',
        message: `This line has ${row.length} values for ${names.length} columns, so the web UI cuts the texts at their commas. Put every text that holds a comma in quotes.`,
      },
    ];
  });
}

/** RFC 4180: a quoted value may hold commas, line breaks and doubled quotes. */
function readRows(text: string): Cell[][] {
  const rows: Cell[][] = [];
  let row: Cell[] = [];
  const pattern = /(?:"((?:[^"]|"")*)"?([^,\r\n]*)|([^,\r\n]*))(,|\r\n|\n|\r|$)/y;
  while (pattern.lastIndex < text.length) {
    const start = pattern.lastIndex;
    const [, quoted, behind = '', plain = '', separator] = pattern.exec(text) ?? [];
    if (separator === undefined) break;
    row.push(
      quoted === undefined
        ? cellOf([{ start, text: plain }])
        : cellOf([...unquote(start + 1, quoted), { start: start + quoted.length + 2, text: behind }]),
    );
    if (separator !== ',') {
      rows.push(row);
      row = [];
    }
  }
  if (row.length > 0) rows.push(row);
  return rows;
}

function cellOf(segments: readonly Segment[]): Cell {
  const kept = segments.filter((segment) => segment.text !== '');
  return { segments: kept, value: kept.map((segment) => segment.text).join('') };
}

function unquote(start: number, quoted: string): Segment[] {
  const segments: Segment[] = [];
  let position = 0;
  for (const match of quoted.matchAll(/""/g)) {
    segments.push({ start: start + position, text: quoted.slice(position, match.index + 1) });
    position = match.index + 2;
  }
  segments.push({ start: start + position, text: quoted.slice(position) });
  return segments;
}
