import { isMap, isScalar, isSeq, type Scalar } from 'yaml';
import { isTextScalar, parseYaml } from './wildcards/yamlTree';

/** A run of characters of a YAML text and where it stands in the file. */
export interface YamlRun {
  readonly start: number;
  readonly text: string;
  /** It does not stand there as it reads: an escape, or a line break that YAML folds. */
  readonly isAdded?: boolean;
}

/**
 * The texts of a YAML wildcard file, each as the runs it is made of: every item of a list and every value of a key, however
 * deep. Keys are names. A file that is no YAML has none; generating from it fails for the same reason.
 */
export function yamlTexts(source: string): YamlRun[][] {
  const parsed = parseYaml(source);
  if (!parsed.ok) return [];
  const texts: YamlRun[][] = [];
  const visit = (node: unknown): void => {
    if (isMap(node)) for (const { value } of node.items) visit(value);
    else if (isSeq(node)) node.items.forEach(visit);
    else if (
      isScalar(node) &&
      isTextScalar(node) &&
      typeof node.value === 'string' &&
      node.value.trim() !== ''
    )
      texts.push(runsOf(source, node, node.value));
  };
  visit(parsed.document.contents);
  return texts;
}

/** Lays a scalar's value over its source, character by character. */
function runsOf(source: string, node: Scalar, value: string): YamlRun[] {
  const [from, to] = node.range ?? [0, 0];
  let at = contentStart(source, node, from);
  const start = at;
  const runs: { start: number; text: string; isAdded?: boolean }[] = [];
  const add = (character: string, place: number, isAdded: boolean): void => {
    const last = runs[runs.length - 1];
    if (last && !isAdded && !last.isAdded && last.start + last.text.length === place) last.text += character;
    else runs.push({ start: place, text: character, ...(isAdded && { isAdded }) });
  };
  for (let index = 0; index < value.length; index++) {
    const character = value[index]!;
    const escaped = escapeAt(source, at, node.type);
    if (escaped !== undefined) {
      const length = source[at + 1] === 'U' && isPair(value, index) ? 2 : 1;
      add(value.slice(index, index + length), at, true);
      index += length - 1;
      at += escaped;
      continue;
    }
    if (source[at] !== character) {
      // Blanks at the end of a line and the indentation of the next are no part of the value.
      const blanks = /^(?:\\?[ \t]*\r?\n)?[ \t]*/u.exec(source.slice(at, to))?.[0] ?? '';
      if (character === ' ' || character === '\n') {
        add(character, at, true);
        at += blanks.length;
        continue;
      }
      at += blanks.length;
    }
    // Whatever cannot be followed stands at the beginning of the scalar.
    if (source[at] !== character || at >= to) return [{ start, text: value, isAdded: true }];
    add(character, at, false);
    at++;
  }
  return runs;
}

/** Behind the quote, or on the first line below `|` and `>`. */
function contentStart(source: string, { type }: Scalar, from: number): number {
  if (type === 'QUOTE_DOUBLE' || type === 'QUOTE_SINGLE') return from + 1;
  if (type !== 'BLOCK_LITERAL' && type !== 'BLOCK_FOLDED') return from;
  const line = source.indexOf('\n', from);
  return line < 0 ? source.length : line + 1;
}

/** Length of the escape that stands at an offset of a quoted scalar; undefined where there is none. */
function escapeAt(source: string, at: number, type: Scalar['type']): number | undefined {
  if (type === 'QUOTE_SINGLE') return source.startsWith("''", at) ? 2 : undefined;
  if (type !== 'QUOTE_DOUBLE' || source[at] !== '\\' || /[\r\n]/u.test(source[at + 1] ?? ''))
    return undefined;
  const digits = { x: 2, u: 4, U: 8 }[source[at + 1] ?? ''];
  return 2 + (digits ?? 0);
}

function isPair(text: string, index: number): boolean {
  return (text.codePointAt(index) ?? 0) > 0xffff;
}
