/** Answers kept; when there are more questions, all are forgotten and asked again. */
const MAX_REMEMBERED = 1_000;

/** A function of one text that answers the same few questions of thousands of files from memory. */
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
