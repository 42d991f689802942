/** A node of the tree the npm package sd-webui-a1111-prompt-parser builds. */
export interface PromptNode {
  readonly type: string;
  readonly value: string | number;
  readonly args?: readonly unknown[];
}

interface Reader {
  readonly text: string;
  /** Take what can be read instead of failing. */
  readonly force: boolean;
  at: number;
  depth: number;
}

const MAX_DEPTH = 200;
const WORD = /(?:\\[\s\S]|[^[\]()<>:|,\s\\])+/y;
const NETWORK = /<([^:>]+)((?::[^:>]+)+)>/y;
const NUMBER = /\s*([+-]?(?:\d+\.?\d*|\.\d+))\s*/y;

/**
 * Parses a prompt as that package does: unlike the web UI it refuses unbalanced brackets, and it cuts the text at its
 * commas. Undefined where it throws; with `force` what could be read is returned.
 */
export function parseStableCanvas(text: string, force = false): PromptNode[] | undefined {
  const reader: Reader = { text, force, at: 0, depth: 0 };
  const nodes = readList(reader, '');
  return nodes !== undefined && (force || reader.at === text.length) ? nodes : undefined;
}

/** Reads items up to one of the closing characters, which stays unread. */
function readList(reader: Reader, closers: string): PromptNode[] | undefined {
  const nodes: PromptNode[] = [];
  let words: string[] = [];
  const flush = (): void => {
    if (words.length > 0) nodes.push({ type: 'plain', value: words.join(' ') });
    words = [];
  };
  while (reader.at < reader.text.length) {
    const character = reader.text.charAt(reader.at);
    if (closers.includes(character)) break;
    if (/\s/.test(character)) reader.at++;
    else if (character === ',') {
      reader.at++;
      flush();
    } else if (character === '(' || character === '[' || character === '<') {
      flush();
      const node = readConstruct(reader, character);
      if (node === undefined) return reader.force ? nodes : undefined;
      if (node !== 'empty') nodes.push(node);
    } else {
      const word = match(reader, WORD);
      if (word === undefined) {
        if (!reader.force) return undefined;
        reader.at++;
      } else words.push(word[0]);
    }
  }
  flush();
  return nodes;
}

function match(reader: Reader, pattern: RegExp): RegExpExecArray | undefined {
  pattern.lastIndex = reader.at;
  const found = pattern.exec(reader.text) ?? undefined;
  if (found !== undefined) reader.at += found[0].length;
  return found;
}

function readConstruct(reader: Reader, open: string): PromptNode | 'empty' | undefined {
  if (open === '<') {
    const found = match(reader, NETWORK);
    return (
      found && { type: 'extra_networks', value: found[1] ?? '', args: (found[2] ?? '').slice(1).split(':') }
    );
  }
  if (reader.depth >= MAX_DEPTH) return undefined;
  reader.depth++;
  reader.at++;
  const node = open === '(' ? readRound(reader) : readSquare(reader);
  reader.depth--;
  return node;
}

function readRound(reader: Reader): PromptNode | 'empty' | undefined {
  const content = readList(reader, '):');
  if (content === undefined) return undefined;
  if (reader.text[reader.at] === ':') {
    reader.at++;
    const weight = match(reader, NUMBER)?.[1];
    return weight !== undefined && closes(reader, ')')
      ? { type: 'weighted', value: Number(weight), args: content }
      : undefined;
  }
  return closes(reader, ')') ? nested('positive', content) : undefined;
}

function readSquare(reader: Reader): PromptNode | 'empty' | undefined {
  const parts: PromptNode[][] = [];
  let separator = '';
  for (;;) {
    const part = readList(reader, ']:|');
    if (part === undefined) return undefined;
    parts.push(part);
    const next = reader.text.charAt(reader.at);
    if (next !== ':' && next !== '|') break;
    if (separator !== '' && separator !== next) return undefined;
    separator = next;
    reader.at++;
  }
  if (!closes(reader, ']')) return undefined;
  const [from = [], to = []] = parts;
  if (separator === '') return nested('negative', from);
  if (separator === '|') return { type: 'alternate', value: parts.length, args: parts };
  const when = Number(parts.at(-1)?.[0]?.value);
  if (Number.isNaN(when)) return undefined;
  if (parts.length === 2) return { type: 'scheduled_to', value: when, args: [from] };
  if (parts.length !== 3) return undefined;
  if (to.length === 0) return { type: 'scheduled_from', value: when, args: [from] };
  if (from.length === 0) return { type: 'scheduled_to', value: when, args: [to] };
  return { type: 'scheduled_full', value: when, args: [from, to] };
}

function closes(reader: Reader, close: string): boolean {
  if (reader.text[reader.at] !== close) return reader.force && reader.at >= reader.text.length;
  reader.at++;
  return true;
}

/** Brackets directly inside brackets of the same kind count up. */
function nested(type: 'positive' | 'negative', content: readonly PromptNode[]): PromptNode | 'empty' {
  const [only] = content;
  if (only === undefined) return 'empty';
  if (content.length === 1 && only.type === type && typeof only.value === 'number')
    return { type, value: only.value + 1, args: only.args ?? [] };
  return { type, value: 1, args: content };
}
