import type { Range } from '../../shared/range';

/** The `<type:name:weight>` a cursor stands in, as far as it is written. */
export interface TagAtCursor {
  readonly part: 'name' | 'weight';
  /** `lora` unless another spelling of it was typed. */
  readonly type: 'lora' | 'lyco';
  /** The name as far as the cursor. */
  readonly typedName: string;
  /** The whole name, once the cursor is beyond it. */
  readonly name: string;
  /**
   * What an offer replaces: for a name from `<` on, with the rest of the name and a `>` right after it; for a weight
   * the weight. Never more than one line.
   */
  readonly range: Range;
  /** What stays behind the range: `:weight>`, `>`, or neither. */
  readonly after: 'weight' | 'close' | 'nothing';
}

/** Looks back from the cursor for `<`, `<lo`, `<lora:` or `<lora:name:`. Names may hold anything but `:`, `<` and `>`. */
export function tagAtCursor(text: string, offset: number): TagAtCursor | undefined {
  const open = openBefore(text, offset);
  if (open === undefined) return undefined;
  const typed = text.slice(open + 1, offset);
  const rest = /^[^<>\r\n]*/.exec(text.slice(offset, offset + MAX_TAG))?.[0] ?? '';
  const closed = text[offset + rest.length] === '>';

  const head = /^(\w*)(:?)/u.exec(typed);
  const typedType = head?.[1] ?? '';
  if (head?.[2] !== ':') {
    // `a < b` is a comparison, `<lo` the beginning of a tag.
    if (typedType !== typed || !isTypePrefix(typed)) return undefined;
    const end = closed && (rest === '' || isTypePrefix(typed + rest)) ? offset + rest.length + 1 : offset;
    const type = typed.toLowerCase().startsWith('ly') ? 'lyco' : 'lora';
    return { part: 'name', type, typedName: '', name: '', range: { start: open, end }, after: 'nothing' };
  }
  const type = typedType.toLowerCase();
  if (type !== 'lora' && type !== 'lyco') return undefined;

  const parts = typed.slice(head[0].length).split(':');
  const typedName = parts[0] ?? '';
  const colon = rest.indexOf(':');
  if (parts.length > 1) {
    const argument = parts.at(-1) ?? '';
    const end = offset + (closed ? (colon < 0 ? rest.length : colon) : 0);
    const range = { start: offset - argument.length, end };
    return { part: 'weight', type, typedName, name: typedName, range, after: closed ? 'close' : 'nothing' };
  }
  if (closed && colon >= 0) {
    const range = { start: open, end: offset + colon };
    return { part: 'name', type, typedName, name: typedName + rest.slice(0, colon), range, after: 'weight' };
  }
  const end = closed ? offset + rest.length + 1 : offset;
  return { part: 'name', type, typedName, name: typedName, range: { start: open, end }, after: 'nothing' };
}

/** Longest tag looked at; the rest of a line this long is not a name. */
const MAX_TAG = 1000;

function openBefore(text: string, offset: number): number | undefined {
  for (let at = offset - 1; at >= 0 && at >= offset - MAX_TAG; at--) {
    const character = text[at];
    if (character === '<') return at;
    if (character === '>' || character === '\n' || character === '\r') return undefined;
  }
  return undefined;
}

function isTypePrefix(text: string): boolean {
  const lower = text.toLowerCase();
  return 'lora'.startsWith(lower) || 'lyco'.startsWith(lower);
}
