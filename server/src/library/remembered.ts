/** Results cached; when there are more, the cache is emptied. */
const MAX_REMEMBERED = 1_000;

/** Caches a function of one text: thousands of files hold the same few texts. */
export function remembered<T>(answer: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    if (known.has(text)) return known.get(text)!;
    const found = answer(text);
    if (known.size >= MAX_REMEMBERED) known.clear();
    known.set(text, found);
    return found;
  };
}
