import type { Range } from '../../../shared/range';
import { shortNumber } from '../../domain/numbers';
import type { Fix } from '../rule';
import type { PromptView } from '../view/prompts';

/** A way to weigh words, or an option, that another program reads. */
export interface ForeignSyntax {
  readonly program: 'NovelAI' | 'compel' | 'Midjourney';
  readonly range: Range;
  /** What the characters are, in words that follow "is". */
  readonly what: string;
  /** What to write instead; absent where the web UI has no counterpart. */
  readonly meant?: string;
  readonly fix?: Fix;
}

/** NovelAI: each brace multiplies by this. */
const BRACE = 1.05;
/** compel: each `+` and each `-`. */
const PLUS = 1.1;
const MINUS = 0.9;

const BRACES = /(\{+)([^{}|$"<>\r\n]*)(\}+)/gu;
const NUMERIC =
  /(?<![\w:.])(-?(?:\d+(?:\.\d+)?|\.\d+))::((?:(?!::)[^\r\n])*?\p{L}(?:(?!::)[^\r\n])*?)::(?![\p{L}\p{N}])/gu;
const SIGNED_WORD = /(?<![\p{L}\p{N}_+-])(\p{L}[\p{L}\p{N}_'-]*?)(\+{2,}|-{2,})(?=\s*(?:[,)\]\r\n]|$))/gu;
/** Names that end so. */
const PLUS_NAMES = /^(?:c|g|j|a|b|notepad|libstdc|lgbt\w*|disney|google|apple)$/iu;
const MIDJOURNEY =
  /(?<=^|\s)--(?:ar|aspect|v|version|niji|stylize|s|chaos|c|no|q|quality|iw|style|weird|tile|sref|cref|stop|upbeta|hd|test)(?![\w-])(?:[ \t]+(?!--)[^\s,]+)?/gu;

/** Everything of NovelAI, compel and Midjourney in a prompt, in document order. `text` is the document without comments. */
export function foreignSyntaxOf(view: PromptView, text: string, dynamicPrompts: boolean): ForeignSyntax[] {
  const { start, end } = view.tree.range;
  const part = text.slice(start, end);
  const found: ForeignSyntax[] = [];
  if (!dynamicPrompts && part.includes('{')) found.push(...braces(part, start));
  if (part.includes('::')) found.push(...numeric(part, start));
  if (part.includes('++') || part.includes('--')) found.push(...signedWords(part, start));
  if (part.includes(')')) found.push(...signedGroups(view, text));
  if (part.includes('--')) found.push(...midjourney(part, start));
  return found.sort((a, b) => a.range.start - b.range.start);
}

function* braces(part: string, offset: number): Generator<ForeignSyntax> {
  for (const match of part.matchAll(BRACES)) {
    const [whole, opening = '', inner = '', closing = ''] = match;
    const depth = Math.min(opening.length, closing.length);
    const words = inner.trim();
    if (!/\p{L}/u.test(words) || part[match.index - 1] === '$' || !isBalanced(words)) continue;
    // The place of the prompt in a style of the web UI.
    if (whole === '{prompt}') continue;
    const from = offset + match.index + opening.length - depth;
    const range = { start: from, end: from + depth * 2 + inner.length };
    const own = /^(.*):\s*(\d*\.?\d+)$/u.exec(words);
    // A colon elsewhere is data, such as JSON, or an option of an extension.
    if (!own && /:\s|^[^\p{L}]*:/u.test(words)) continue;
    const meant = own ? `(${own[1]}:${own[2]})` : `(${words}:${shortNumber(BRACE ** depth)})`;
    const sure = depth > 1 && opening.length === closing.length;
    const what =
      depth > 1
        ? `${depth} braces, NovelAI's weight of ${shortNumber(BRACE ** depth)}`
        : "a brace, NovelAI's weight of 1.05";
    yield one('NovelAI', range, what, meant, sure && whole.length > 0);
  }
}

function* numeric(part: string, offset: number): Generator<ForeignSyntax> {
  for (const match of part.matchAll(NUMERIC)) {
    const [whole, number = '', inner = ''] = match;
    const range = { start: offset + match.index, end: offset + match.index + whole.length };
    const words = inner.replace(/[\s,]+$/u, '').trimStart();
    const inBraces = /\{[^}]*$/u.test(part.slice(Math.max(0, match.index - 200), match.index));
    if (inBraces) continue;
    const what = `NovelAI's weight of ${number}`;
    if (number.startsWith('-') || !isBalanced(words)) yield { program: 'NovelAI', range, what };
    else yield one('NovelAI', range, what, `(${words}:${shortNumber(Number(number))})`, true);
  }
}

function* signedWords(part: string, offset: number): Generator<ForeignSyntax> {
  for (const match of part.matchAll(SIGNED_WORD)) {
    const [whole, word = '', signs = ''] = match;
    if (word.length < 2 || PLUS_NAMES.test(word)) continue;
    const range = { start: offset + match.index, end: offset + match.index + whole.length };
    yield one('compel', range, signText(signs), `(${word}:${signWeight(signs)})`, false);
  }
}

/** `(words)++`, `(words)1.3`. */
function* signedGroups(view: PromptView, text: string): Generator<ForeignSyntax> {
  const limit = view.tree.range.end;
  for (const { item } of view.outline.groups) {
    if (item.bracket !== 'round' || !item.closed || item.weight || text[item.range.start - 1] === '_')
      continue;
    const after = text.slice(item.range.end, Math.min(limit, item.range.end + 20));
    const tail = /^(\++|-+|\d?\.\d+)(?=\s*(?:[,)\]\r\n]|$))/u.exec(after);
    if (!tail?.[1]) continue;
    const inner = text.slice(item.range.start + 1, item.range.end - 1);
    const range = { start: item.range.start, end: item.range.end + tail[0].length };
    const isSign = /^[+-]/u.test(tail[1]);
    const meant = `(${inner}:${isSign ? signWeight(tail[1]) : shortNumber(Number(tail[1]))})`;
    yield one('compel', range, isSign ? signText(tail[1]) : `compel's weight of ${tail[1]}`, meant, true);
  }
}

function* midjourney(part: string, offset: number): Generator<ForeignSyntax> {
  for (const match of part.matchAll(MIDJOURNEY)) {
    const range = { start: offset + match.index, end: offset + match.index + match[0].length };
    yield {
      program: 'Midjourney',
      range,
      what: 'an option of Midjourney',
      fix: {
        title: 'Remove it',
        safe: false,
        edits: [{ range: { ...range, start: blankBefore(part, match.index) + offset }, newText: '' }],
      },
    };
  }
}

function one(
  program: ForeignSyntax['program'],
  range: Range,
  what: string,
  meant: string,
  safe: boolean,
): ForeignSyntax {
  return {
    program,
    range,
    what,
    meant,
    fix: { title: `Write \`${meant}\``, safe, edits: [{ range, newText: meant }] },
  };
}

const signWeight = (signs: string): string =>
  shortNumber((signs.startsWith('+') ? PLUS : MINUS) ** signs.length);

const signText = (signs: string): string => `compel's weight of ${signWeight(signs)}`;

function blankBefore(part: string, at: number): number {
  let start = at;
  while (start > 0 && /[ \t]/u.test(part[start - 1]!)) start--;
  return start;
}

/** Whether every bracket in the words is closed in them, so that a bracket can be put around them. */
function isBalanced(words: string): boolean {
  let depth = 0;
  for (const character of words.replace(/\\./gu, '')) {
    if (character === '(' || character === '[') depth++;
    else if (character === ')' || character === ']') depth--;
    if (depth < 0) return false;
  }
  return depth === 0 && !words.endsWith('\\');
}
