import type { StyleFacts } from '../language/environment';

/**
 * Reads a `styles.csv`: columns name, prompt, negative_prompt; older files have name, text. Quotes and line breaks in
 * quotes as in RFC 4180.
 */
export function parseStyles(text: string): StyleFacts[] {
  const [head, ...rows] = parseCsv(text.replace(/^\ufeff/, ''));
  if (!head) return [];
  const column = (...names: string[]) => head.findIndex((cell) => names.includes(cell.trim().toLowerCase()));
  const name = column('name');
  const prompt = column('prompt', 'text');
  const negative = column('negative_prompt');
  if (name < 0) return [];
  return rows
    .filter((row) => (row[name] ?? '') !== '')
    .map((row) => ({
      name: row[name] ?? '',
      prompt: row[prompt] ?? '',
      negativePrompt: row[negative] ?? '',
    }));
}

function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  const cell = /("(?:[^"]|"")*"?|[^,\r\n]*)(,|\r\n|\n|\r|$)/y;
  while (cell.lastIndex < text.length) {
    const start = cell.lastIndex;
    const match = cell.exec(text);
    if (!match) {
      // Text after a closing quote: take it up to the next separator rather than stop.
      cell.lastIndex = start + 1;
      continue;
    }
    const [, raw = '', separator] = match;
    row.push(raw.startsWith('"') ? raw.replace(/^"|"$/g, '').replace(/""/g, '"') : raw);
    if (separator !== ',') {
      rows.push(row);
      row = [];
    }
  }
  if (row.length > 0) rows.push(row);
  return rows;
}
