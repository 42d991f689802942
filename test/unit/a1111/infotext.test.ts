import { describe, expect, it } from 'vitest';
import { infotextRecord, parseInfotext } from '../../../server/src/language/analysis/infotext';
import { withInfotextDefaults } from '../../../server/src/language/analysis/infotextDefaults';
import { webuiRows } from './data';

interface Row {
  id: string;
  text: string;
  result?: Record<string, string | number | boolean>;
}

/** Python's and JSON's ways of writing the same value. */
function asText(value: string | number | boolean): string {
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return String(value);
}

describe('infotext as the web UI reads it', () => {
  // A parameter named as a prompt wins in the re-expression that made test/golden/prompt-generated, and here; not in 1.10.1.
  const other = 'key Negative prompt = from the line';
  const rows = webuiRows<Row>('infotext.json').filter(({ id, result }) => result && id !== other);
  it.each(rows.map((row) => [row.id, row] as const))('%s', (_, { text, result }) => {
    const own = Object.fromEntries(withInfotextDefaults(infotextRecord(parseInfotext(text))));
    const wanted = Object.fromEntries(Object.entries(result!).map(([key, value]) => [key, asText(value)]));
    expect(own).toEqual(wanted);
  });
});
