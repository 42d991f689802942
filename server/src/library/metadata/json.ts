/** An untrusted JSON value, read field by field; nothing here throws. */
export type Json = unknown;

/** Parses untrusted text as an object; undefined for anything else. */
export function parseObject(text: string | undefined): Record<string, Json> | undefined {
  if (text === undefined) return undefined;
  try {
    // Python writes NaN and Infinity into JSON; a byte order mark comes from Windows editors.
    return asObject(JSON.parse(text.replace(/^\uFEFF/, '')));
  } catch {
    return undefined;
  }
}

export function asObject(value: Json): Record<string, Json> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, Json>)
    : undefined;
}

export function asString(value: Json): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

/** Strings of a list; a lone string is a list of one. */
export function asStrings(value: Json): string[] {
  if (typeof value === 'string') return value.trim() === '' ? [] : [value];
  return Array.isArray(value)
    ? value.filter((item): item is string => typeof item === 'string').slice(0, 1000)
    : [];
}

/** A finite number, also when written as text. */
export function asNumber(value: Json): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}
