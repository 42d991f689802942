/** A span of a text, end exclusive. */
export type Span = readonly [start: number, end: number];

const OPEN = '(<';
const CLOSE = ')>';
const DELIMITERS = '.,\\/!?%^*;:{}=`~()<> \t\r\n';
const WEIGHTED = /^[([{<](.*?):(-?[\d.]+)[\]})>]$/s;
const LIMIT = 2;
const STEP = 0.1;

/** What a weight hotkey acts on without a selection: the bracket block around the cursor, else the word. */
export function selectAtCursor(text: string, cursor: number): Span {
  return blockAtCursor(text, Math.max(0, Math.min(cursor, text.length))) ?? wordAtCursor(text, cursor);
}

function blockAtCursor(text: string, cursor: number): Span | undefined {
  let start = cursor - 1;
  while (start >= 0 && !OPEN.includes(text.charAt(start))) start--;
  if (start < 0) return undefined;
  let depth = 1;
  for (let at = start + 1; at < text.length; at++) {
    if (OPEN.includes(text.charAt(at))) depth++;
    else if (CLOSE.includes(text.charAt(at)) && --depth === 0)
      return at >= cursor ? [start, at + 1] : undefined;
  }
  return undefined;
}

function wordAtCursor(text: string, cursor: number): Span {
  const isWord = (at: number): boolean =>
    at >= 0 && at < text.length && !DELIMITERS.includes(text.charAt(at));
  let start = cursor;
  let end = cursor;
  while (isWord(start - 1)) start--;
  while (isWord(end)) end++;
  return [start, end];
}

/** Raises or lowers the weight of a selected text by 0.1, within ±2, putting on or taking off the brackets it needs. */
export function editKritaAttention(text: string, positive: boolean): string {
  if (text === '') return text;
  const weighted = wholeWeight(text);
  const isTag = text.startsWith('<');
  const [open, close] = weighted === undefined ? (isTag ? '<>' : '()') : [text.charAt(0), text.slice(-1)];
  let content = text;
  if (weighted !== undefined) content = text.slice(1, text.lastIndexOf(':'));
  else if (isTag) content = text.slice(1, -1);
  const weight = Math.min(LIMIT, Math.max(-LIMIT, (weighted ?? 1) + (positive ? STEP : -STEP)));
  return weight === 1 && open === '(' ? content : `${open}${content}:${oneDecimal(weight)}${close}`;
}

/** The weight of a text that is one `(…:1.2)` or `<…:1.2>` from end to end. */
function wholeWeight(text: string): number | undefined {
  const closers: string[] = [];
  if (!OPEN.includes(text.charAt(0))) return undefined;
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    const kind = OPEN.indexOf(character);
    if (kind >= 0) closers.push(CLOSE.charAt(kind));
    else if (character === closers.at(-1)) {
      closers.pop();
      if (closers.length > 0) continue;
      const number = WEIGHTED.exec(text.slice(0, at + 1))?.[2];
      // Brackets without a weight are no expression of their own: their end is looked for further on.
      if (number === undefined) closers.push(character);
      else return at + 1 === text.length ? Number(number) : undefined;
    }
  }
  return undefined;
}

/** Python's `:.1f`: exact halves, which only quarters are, go to the even digit. */
function oneDecimal(value: number): string {
  if (Math.abs(value * 4) % 2 !== 1) return value.toFixed(1);
  const down = Math.floor(value * 10);
  return ((down % 2 === 0 ? down : down + 1) / 10).toFixed(1);
}
