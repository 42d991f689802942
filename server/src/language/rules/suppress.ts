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

/** What a directive covers for one rule (or for every rule, when `rule` is undefined). */
interface Cover {
  readonly directive: Directive;
  readonly rule: string | undefined;
  /** The name's range, or the keyword's when the directive names no rule. */
  readonly range: Range;
  readonly covers: (finding: Finding) => boolean;
  used: boolean;
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
  directives.forEach((directive, index) => {
    for (const named of directive.rules)
      if (idOf(named.name) === undefined) unknown.push({ name: named.name, range: named.range });
    if (directive.kind === 'enable') return;
    const inside = region(directive, directives.slice(index + 1), lines, idOf);
    if (directive.rules.length === 0)
      covers.push({
        directive,
        rule: undefined,
        range: directive.keyword,
        covers: inside(undefined),
        used: false,
      });
    for (const named of directive.rules) {
      const id = idOf(named.name);
      if (id !== undefined)
        covers.push({ directive, rule: id, range: named.range, covers: inside(id), used: false });
    }
  });
  const kept = findings.filter((finding) => {
    let silenced = false;
    for (const cover of covers) {
      if (cover.rule !== undefined && cover.rule !== finding.ruleId) continue;
      if (!cover.covers(finding)) continue;
      cover.used = true;
      silenced = true;
    }
    return !silenced;
  });
  return { kept, unused: covers.filter((cover) => !cover.used), unknown };
}

/** The part of the document a directive speaks for, as a test on a finding's beginning. */
function region(
  directive: Directive,
  later: readonly Directive[],
  lines: LineIndex,
  idOf: (name: string) => string | undefined,
): (rule: string | undefined) => (finding: Finding) => boolean {
  const lineOf = (offset: number): number => lines.positionAt(offset).line;
  const own = lineOf(directive.comment.start);
  return (rule) => {
    switch (directive.kind) {
      case 'disable-file':
        return () => true;
      case 'disable-line':
        return (finding) => lineOf(finding.range.start) === own;
      case 'disable-next-line':
        return (finding) => lineOf(finding.range.start) === own + 1;
      default: {
        const end = later.find(
          (other) =>
            other.kind === 'enable' &&
            (other.rules.length === 0 || other.rules.some((named) => idOf(named.name) === rule)),
        );
        const until = end ? end.comment.start : Number.POSITIVE_INFINITY;
        return (finding) => finding.range.start >= directive.comment.start && finding.range.start < until;
      }
    }
  };
}
