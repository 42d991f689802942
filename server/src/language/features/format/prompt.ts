import type { TextEdit } from '../../rules/rule';
import type { Document, Item, Prompt, Token } from '../../syntax/nodes';
import { type Side, walkItems } from '../../syntax/walk';
import { wordLengthAt } from '../../text/python';
import { isPlainBlank } from './blanks';

/** Places where blanks inside brackets may go: after an opening bracket, before a closing one, around a number. */
interface Edges {
  /** Blanks that begin here are not needed. */
  readonly after: ReadonlySet<number>;
  /** Blanks that end here are not needed. */
  readonly before: ReadonlySet<number>;
}

/**
 * Edits for the blanks of one prompt: one blank after a comma and none before it, one between words, none inside
 * brackets, none at the ends of lines, at most one empty line. Words, commas and line breaks stay where they are.
 * `tokens` are those that lie in the prompt's range.
 */
export function formatPrompt(
  document: Document,
  prompt: Prompt,
  side: Side,
  tokens: readonly Token[],
): TextEdit[] {
  const { text } = document;
  const edges = edgesOf(text, prompt.items);
  const edits: TextEdit[] = [];
  let newlines = 0;
  tokens.forEach((token, index) => {
    const { kind, range } = token;
    const previous = tokens[index - 1];
    const next = tokens[index + 1];
    if (kind === 'newline') {
      newlines++;
      if (newlines > 2) edits.push({ range, newText: '' });
      return;
    }
    if (kind === 'whitespace') {
      const wanted = blankBetween(token, previous, next, newlines > 0, edges);
      if (!isPlainBlank(text.slice(range.start, range.end))) return;
      if (wanted !== undefined && text.slice(range.start, range.end) !== wanted)
        edits.push({ range, newText: wanted });
      return;
    }
    newlines = 0;
    if (kind === 'comment') {
      const comment = text.slice(range.start, range.end);
      const end = range.start + comment.trimEnd().length;
      if (end < range.end) edits.push({ range: { start: end, end: range.end }, newText: '' });
    }
    if (kind === 'comma' && wantsBlank(text, tokens, index + 1, side) && !isInNumber(text, range.start)) {
      edits.push({ range: { start: range.end, end: range.end }, newText: ' ' });
    }
  });
  return edits;
}

/** What a run of blanks should be; undefined leaves it alone, as at the start of a line. */
function blankBetween(
  { range }: Token,
  previous: Token | undefined,
  next: Token | undefined,
  atLineStart: boolean,
  edges: Edges,
): string | undefined {
  if (next === undefined || next.kind === 'newline') return '';
  if (atLineStart) return undefined;
  if (edges.after.has(range.start) || edges.before.has(range.end)) return '';
  // Two commas with nothing between them are another word to the model than two apart.
  if (next.kind === 'comma' && isWordLike(previous)) return '';
  return ' ';
}

function isWordLike(token: Token | undefined): boolean {
  return token?.kind === 'text' && token.fullWidth === undefined;
}

/** True when a blank after a comma changes nothing but the looks: a word follows, or a bracket that starts one. */
function wantsBlank(text: string, tokens: readonly Token[], from: number, side: Side): boolean {
  for (let index = from; index < tokens.length; index++) {
    const { kind, range } = tokens[index]!;
    switch (kind) {
      case 'text':
        return wordLengthAt(text, range.start) > 0;
      case 'break':
      case 'and':
      case 'roundOpen':
      case 'squareOpen':
        return true;
      // A tag of a positive prompt is taken out, and what follows it meets the comma.
      case 'tagOpen':
        if (side === 'negative') return false;
        while (index + 1 < tokens.length && tokens[index]!.kind !== 'tagClose') index++;
        if (index + 1 === tokens.length) return true;
        break;
      case 'whitespace':
      case 'newline':
        return index > from;
      default:
        return false;
    }
  }
  return false;
}

/** `1,000` means one number to its writer. */
function isInNumber(text: string, comma: number): boolean {
  return /^\d,\d$/.test(text.slice(comma - 1, comma + 2));
}

function edgesOf(text: string, items: readonly Item[]): Edges {
  const after = new Set<number>();
  const before = new Set<number>();
  walkItems(items, (item) => {
    if (item.type === 'group') {
      after.add(item.range.start + 1);
      if (item.closed) before.add(item.range.end - 1);
      if (item.weight !== undefined) {
        before.add(item.weight.range.start);
        before.add(text.lastIndexOf(':', item.weight.range.start));
        after.add(item.weight.range.end);
      }
    }
    if (item.type === 'schedule') {
      before.add(item.when.range.start);
      after.add(item.when.range.end);
    }
  });
  return { after, before };
}
