/** A JSON string as the text it stands for; anything else as it is. */
export function unquoteValue(text: string): string {
  if (text.length < 2 || !text.startsWith('"') || !text.endsWith('"')) return text;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'string' ? value : text;
  } catch {
    return text;
  }
}

/** Quotes a value that a parameter line could not hold otherwise. */
export function quoteValue(text: string): string {
  return /[,:\n]/.test(text) ? JSON.stringify(text) : text;
}
