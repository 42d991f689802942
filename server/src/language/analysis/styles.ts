import type { StyleFacts } from '../environment';
import { strip } from '../text/python';

/**
 * Merges a style into a prompt: at `{prompt}` where the style has one, else behind it after a comma. Empty sides leave
 * no comma.
 */
export function mergeStyle(style: string, prompt: string): string {
  if (style.includes('{prompt}')) return style.replaceAll('{prompt}', () => prompt);
  return [strip(prompt), strip(style)].filter((part) => part !== '').join(', ');
}

/** Applies styles one after the other, as the web UI does before it looks at anything else. */
export function mergeStyles(styles: readonly string[], prompt: string): string {
  return styles.reduce((merged, style) => mergeStyle(style, merged), prompt);
}

/**
 * Reads `styles.csv`: a header with `name`, `prompt` (or, in old files, `text`) and `negative_prompt`. A byte order mark
 * is skipped, quoted fields may span lines, a row without a name is skipped, the last row of a name counts.
 */
export function parseStylesCsv(text: string): StyleFacts[] {
  const rows = parseCsv(text.startsWith('\ufeff') ? text.slice(1) : text);
  const header = rows[0]?.fields ?? [];
  const column = (row: readonly string[], name: string): string => row[header.indexOf(name)] ?? '';
  const styles = new Map<string, StyleFacts>();
  for (const { fields } of rows.slice(1)) {
    const name = column(fields, 'name');
    if (name === '') continue;
    const prompt = header.includes('prompt') ? column(fields, 'prompt') : column(fields, 'text');
    styles.set(name, { name, prompt, negativePrompt: column(fields, 'negative_prompt') });
  }
  return [...styles.values()];
}

/** RFC 4180 with the leniency of Python's reader: `""` inside quotes, any line end, blank lines skipped. */
function parseCsv(text: string): { fields: string[] }[] {
  const rows: { fields: string[] }[] = [];
  let fields: string[] = [];
  let field = '';
  let quoted = false;
  let touched = false;
  const endRow = (): void => {
    if (touched || fields.length > 0) rows.push({ fields: [...fields, field] });
    fields = [];
    field = '';
    touched = false;
  };
  for (let at = 0; at < text.length; at++) {
    const character = text[at] as string;
    if (quoted) {
      if (character !== '"') field += character;
      else if (text[at + 1] === '"') {
        field += '"';
        at++;
      } else quoted = false;
    } else if (character === '"' && field === '') {
      quoted = true;
      touched = true;
    } else if (character === ',') {
      fields.push(field);
      field = '';
      touched = true;
    } else if (character === '\n' || character === '\r') {
      if (character === '\r' && text[at + 1] === '\n') at++;
      endRow();
    } else {
      field += character;
      touched = true;
    }
  }
  endRow();
  return rows;
}
