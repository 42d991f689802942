import { strip } from '../../text/python';

/** What the Python package sd-parsers reports for an infotext. */
export interface SdParsersResult {
  readonly sampler: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly model?: { readonly name: string | null; readonly hash: string | null };
  readonly prompt: string;
  readonly negative_prompt: string;
  /** Other fields; `Hashes` as the object it is. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

const SAMPLER_KEYS = ['Sampler', 'CFG scale', 'Seed', 'Steps', 'ENSD'];

/**
 * Reads an infotext as sd-parsers does: the last line with at least three sampler settings holds the parameters, a field
 * is `key: value` with exactly one colon. Undefined without such a line, or without a sampler.
 */
export function readSdParsersInfotext(text: string): SdParsersResult | undefined {
  const lines = text.split('\n');
  for (let index = lines.length - 1; index >= 0; index--) {
    const { line, hashes } = cutHashes(lines[index] ?? '');
    const fields = splitFields(line);
    const known = SAMPLER_KEYS.filter((key) => fields.has(key));
    if (known.length < 3) continue;
    const sampler = fields.get('Sampler');
    if (sampler === undefined) return undefined;
    const parameters: Record<string, string> = {};
    for (const key of known) {
      if (key !== 'Sampler') parameters[key.toLowerCase().replaceAll(' ', '_')] = fields.get(key) ?? '';
      fields.delete(key);
    }
    const [prompt = '', negative = ''] = lines.slice(0, index).join('\n').split('Negative prompt:');
    const name = fields.get('Model') ?? null;
    const hash = fields.get('Model hash') ?? null;
    fields.delete('Model');
    fields.delete('Model hash');
    return {
      sampler,
      parameters,
      ...(name === null && hash === null ? {} : { model: { name, hash } }),
      prompt: strip(prompt),
      negative_prompt: strip(negative),
      metadata: { ...Object.fromEntries(fields), ...(hashes === undefined ? {} : { Hashes: hashes }) },
    };
  }
  return undefined;
}

/** Takes the object after `Hashes:` out of a line; its commas and colons would look like fields. */
function cutHashes(line: string): { line: string; hashes?: unknown } {
  const found = /(?:,\s*)?Hashes:\s*(\{[^}]*\})\s*/.exec(line);
  if (found === null) return { line };
  const rest = line.slice(0, found.index) + line.slice(found.index + found[0].length);
  try {
    return { line: rest, hashes: JSON.parse(found[1] ?? '') as unknown };
  } catch {
    return { line: rest };
  }
}

function splitFields(line: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const item of line.split(',')) {
    const [key = '', value, more] = item.split(':');
    if (value !== undefined && more === undefined) fields.set(strip(key), strip(value));
  }
  return fields;
}
