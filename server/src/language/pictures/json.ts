/** An object of a program's JSON. */
export type Json = Readonly<Record<string, unknown>>;

/** A JSON object in a text; undefined for anything else. Python writes `NaN` and `Infinity`, which JSON does not have. */
export function jsonObject(text: string | undefined): Json | undefined {
  const trimmed = text?.trim();
  if (!trimmed?.startsWith('{')) return undefined;
  return asObject(parse(trimmed) ?? parse(trimmed.replace(/([:[,]\s*)(?:NaN|-?Infinity)\b/g, '$1null')));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function asObject(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
}

export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The first of some keys that holds a text with a letter in it, or a list of texts. */
export function textOf(json: Json, ...keys: readonly string[]): string | undefined {
  for (const name of keys) {
    const value = own(json, name);
    if (typeof value === 'string') return value;
    if (Array.isArray(value) && value.length > 0 && value.every((part) => typeof part === 'string'))
      return value.join(', ');
  }
  return undefined;
}

/** The first of some keys that holds a number, also one written as text. */
export function numberOf(json: Json, ...keys: readonly string[]): number | undefined {
  for (const name of keys) {
    const value = asNumber(own(json, name));
    if (value !== undefined) return value;
  }
  return undefined;
}

/** A number, also one written as text. */
export function asNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'string' || !/^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*$/i.test(value))
    return undefined;
  return Number(value);
}

/** A seed as it is written: seeds of 64 bits do not fit into a number. */
export function seedOf(json: Json, ...keys: readonly string[]): number | string | undefined {
  for (const name of keys) {
    const value = own(json, name);
    if (typeof value === 'string' && /^\s*-?\d+\s*$/.test(value)) return value.trim();
    if (typeof value === 'number' && Number.isFinite(value)) return value;
  }
  return undefined;
}

/** A property of the object itself, never one of its prototype. */
export function own(json: Json, name: string): unknown {
  return Object.hasOwn(json, name) ? json[name] : undefined;
}
