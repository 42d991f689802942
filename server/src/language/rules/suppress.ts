import type { Range } from '../../shared/range';
import type { Document } from '../syntax/nodes';
import { createLineIndex, type LineIndex } from '../text/lines';
import type { Finding } from './rule';

/** One `# sdprompt-…` comment. */
export interface Directive {
  readonly kind: 'disable-next-line' | 'disable-line' | 'disable-file' | 'disable' | 'enable';
  /** The whole comment, without its line end. */
  readonly comment: Range;
  /** From `#` to the end of the keyword. */
  readonly keyword: Range;
  /** The rules it names; none means every rule. */
  readonly rules: readonly { readonly name: string; readonly range: Range }[];
}

const DIRECTIVE = /^#\s*sdprompt-(disable-next-line|disable-line|disable-file|disable|enable)(?![\w-])/u;

/** Every directive of a document, in order. Text after ` -- ` is the writer's reason and is not read. */
export function directivesOf(document: Document): Directive[] {
  const found: Directive[] = [];
  if (!document.text.includes('sdprompt-')) return found;
  for (const token of document.tokens) {
    if (token.kind !== 'comment') continue;
    const raw = document.text.slice(token.range.start, token.range.end);
    const text = raw.replace(/\s+$/u, '');
    const match = DIRECTIVE.exec(text);
    if (!match) continue;
    const start = token.range.start;
    const reason = /\s--\s/u.exec(text);
    const end = reason ? reason.index : text.length;
    const rules: { name: string; range: Range }[] = [];
    for (const word of text.slice(0, end).matchAll(/[^\s,]+/gu)) {
      if (word.index < match[0].length) continue;
      const from = start + word.index;
      rules.push({ name: word[0], range: { start: from, end: from + word[0].length } });
    }
    found.push({
      kind: match[1] as Directive['kind'],
      comment: { start, end: start + text.length },
      keyword: { start, end: start + match[0].length },
      rules,
    });
  }
  return found;
}

/** What a directive covers for one rule (or for every rule, when `rule` is undefined): findings that begin in `region`. */
interface Cover {
  readonly directive: Directive;
  readonly rule: string | undefined;
  /** The name's range, or the keyword's when the directive names no rule. */
  readonly range: Range;
  readonly region: Range;
}

export interface Suppressed {
  readonly kept: Finding[];
  /** Directives, rule by rule, that silenced nothing. */
  readonly unused: readonly {
    readonly directive: Directive;
    readonly rule?: string;
    readonly range: Range;
  }[];
  /** Names no rule answers to. */
  readonly unknown: readonly { readonly name: string; readonly range: Range }[];
}

/** Takes the findings that a directive silences out of the list. `idOf` resolves a name or an alias to a rule's id. */
export function suppress(
  document: Document,
  findings: readonly Finding[],
  idOf: (name: string) => string | undefined,
): Suppressed {
  const directives = directivesOf(document);
  if (directives.length === 0) return { kept: [...findings], unused: [], unknown: [] };
  const lines = createLineIndex(document.text);
  const unknown: { name: string; range: Range }[] = [];
  const covers: Cover[] = [];
  // From the last to the first, so that where a stretch is switched on again is known.
  const enabled = new EnabledAgain();
  for (const directive of directives.toReversed()) {
    const ids = directive.rules.map((named) => ({ named, id: idOf(named.name) }));
    for (const { named, id } of ids) if (id === undefined) unknown.push(named);
    if (directive.kind === 'enable') {
      enabled.note(directive, ids);
      continue;
    }
    if (ids.length === 0)
      covers.push({
        directive,
        rule: undefined,
        range: directive.keyword,
        region: regionOf(directive, undefined, lines, enabled),
      });
    for (const { named, id } of ids)
      if (id !== undefined)
        covers.push({
          directive,
          rule: id,
          range: named.range,
          region: regionOf(directive, id, lines, enabled),
        });
  }
  const silenced = new Map<string | undefined, (offset: number) => boolean>();
  for (const [rule, regions] of grouped(covers.map(({ rule, region }) => [rule, region] as const)))
    silenced.set(rule, coveredBy(regions));
  const begins = grouped(findings.map(({ ruleId, range }) => [ruleId, range.start] as const));
  const everyStart = sorted(findings.map(({ range }) => range.start));
  const startsOf = new Map([...begins].map(([rule, starts]) => [rule, sorted(starts)]));
  return {
    kept: findings.filter(
      ({ ruleId, range }) => !silenced.get(undefined)?.(range.start) && !silenced.get(ruleId)?.(range.start),
    ),
    unused: covers
      .filter(({ rule, region }) => {
        const starts = rule === undefined ? everyStart : (startsOf.get(rule) ?? []);
        const first = starts[firstAtLeast(starts, region.start)];
        return first === undefined || first >= region.end;
      })
      .reverse(),
    unknown: unknown.sort((a, b) => a.range.start - b.range.start),
  };
}

/** Where rules are switched on again behind the directive that is looked at. */
class EnabledAgain {
  #every = Number.POSITIVE_INFINITY;
  readonly #byRule = new Map<string, number>();

  note({ comment }: Directive, ids: readonly { readonly id: string | undefined }[]): void {
    if (ids.length === 0) this.#every = comment.start;
    for (const { id } of ids) if (id !== undefined) this.#byRule.set(id, comment.start);
  }

  after(rule: string | undefined): number {
    return Math.min(this.#every, rule === undefined ? this.#every : (this.#byRule.get(rule) ?? this.#every));
  }
}

/** The part of the document a directive speaks for. */
function regionOf(
  { kind, comment }: Directive,
  rule: string | undefined,
  lines: LineIndex,
  enabled: EnabledAgain,
): Range {
  const own = lines.positionAt(comment.start).line;
  const lineRange = (line: number): Range => ({
    start: lines.lineStart(line),
    end: line + 1 < lines.lineCount ? lines.lineStart(line + 1) : Number.POSITIVE_INFINITY,
  });
  switch (kind) {
    case 'disable-file':
      return { start: 0, end: Number.POSITIVE_INFINITY };
    case 'disable-line':
      return lineRange(own);
    case 'disable-next-line':
      return own + 1 < lines.lineCount ? lineRange(own + 1) : { start: 0, end: 0 };
    default:
      return { start: comment.start, end: enabled.after(rule) };
  }
}

function grouped<Key, Value>(pairs: readonly (readonly [Key, Value])[]): Map<Key, Value[]> {
  const groups = new Map<Key, Value[]>();
  for (const [key, value] of pairs) {
    const group = groups.get(key);
    if (group) group.push(value);
    else groups.set(key, [value]);
  }
  return groups;
}

/** A test whether an offset lies in one of the regions. */
function coveredBy(regions: readonly Range[]): (offset: number) => boolean {
  const ordered = [...regions].sort((a, b) => a.start - b.start);
  const starts = ordered.map(({ start }) => start);
  let furthest = 0;
  const ends = ordered.map(({ end }) => {
    furthest = Math.max(furthest, end);
    return furthest;
  });
  return (offset) => {
    const last = firstAtLeast(starts, offset + 1) - 1;
    return last >= 0 && offset < (ends[last] ?? 0);
  };
}

function sorted(numbers: readonly number[]): number[] {
  return [...numbers].sort((a, b) => a - b);
}

/** The position of the first number that is not below `least`, by halving. */
function firstAtLeast(numbers: readonly number[], least: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? 0) < least) low = middle + 1;
    else high = middle;
  }
  return low;
}
