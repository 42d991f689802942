import type { Problem } from '../../../shared/problem';
import type { Range } from '../../../shared/range';
import { type Cursor, createCursor, type Parsed } from './cursor';
import { diagnose } from './diagnose';
import {
  DEFAULT_MARKS,
  type DynamicMarks,
  type DynamicNode,
  type DynamicSampler,
  type VariantsNode,
} from './nodes';

const SAMPLERS: Readonly<Record<string, DynamicSampler>> = {
  '~': 'random',
  '!': 'combinatorial',
  '@': 'cycle',
};
const NUMBER = /[+-]?(?:\d+\.\d*|\.\d+)|\d+/y;
const RANGE = /(\d*)-(\d*)|(\d+)/y;
/** Printable ASCII and blanks; a bar may separate. */
const SEPARATOR = /[ \t!-#%-z|~]+/y;
const NAME = /[A-Za-z_-][A-Za-z0-9_-]*/y;
const SPECIFICATION = /[ \t\r\n]*\(([^)]+)\)/y;

/** What may stand in a literal, by its surroundings. */
type Place = 'prompt' | 'variant' | 'wildcard';

interface Grammar {
  readonly marks: DynamicMarks;
  readonly literals: Readonly<Record<Place, RegExp>>;
}

/** A template's tree, or why it has none and where. */
export type ParsedTemplate =
  | { readonly ok: true; readonly value: DynamicNode }
  | { readonly ok: false; readonly problem: Problem & { readonly range: Range } };

/**
 * Parses a template of the dynamic prompts dialect. Whatever the grammar has no place for — an unclosed brace, a lone
 * `$` or `%`, a `__` without a partner as in `<lora:foo__bar:1>` — fails the whole template.
 */
export function parseDynamic(text: string, marks: DynamicMarks = DEFAULT_MARKS): ParsedTemplate {
  if (/^[\p{L}\p{N}]+$/u.test(text)) return { ok: true, value: { type: 'literal', text } };
  const cursor = createCursor(text);
  const [node, end] = parsePrompt(cursor, createGrammar(marks), 0, 'prompt');
  const rest = cursor.skipComments(end);
  if (cursor.exhausted())
    return {
      ok: false,
      problem: {
        code: 'dynamic-too-deep',
        message: 'The braces of this prompt are nested too deeply.',
        remedy: 'Simplify the prompt.',
        range: { start: rest, end: text.length },
      },
    };
  if (rest === text.length) return { ok: true, value: node };
  return { ok: false, problem: diagnose(text, rest, cursor.furthest(), marks) };
}

function createGrammar(marks: DynamicMarks): Grammar {
  const start = `#${marks.variantStart}${marks.variableStart}${marks.wrapStart}`;
  const literal = (excluded: string): RegExp =>
    new RegExp(`(?:(?!${escapePattern(marks.wildcardWrap)})[^${escapePattern(excluded)}])+`, 'y');
  return {
    marks,
    literals: {
      prompt: literal(start),
      variant: literal(`${start}|$${marks.variantEnd}`),
      wildcard: literal(`${start})(`),
    },
  };
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

/** As many pieces as fit; a single one stands for itself. */
function parsePrompt(cursor: Cursor, grammar: Grammar, start: number, place: Place): [DynamicNode, number] {
  const nodes: DynamicNode[] = [];
  let at = start;
  while (cursor.enter()) {
    if (place === 'wildcard' && cursor.expect('(', cursor.skipBlanks(at)) !== undefined) {
      cursor.leave();
      break;
    }
    const found = parsePiece(cursor, grammar, at, place);
    cursor.leave();
    if (found === undefined) break;
    nodes.push(found[0]);
    at = found[1];
  }
  const [only] = nodes;
  return [nodes.length === 1 && only !== undefined ? only : { type: 'sequence', nodes }, at];
}

function parsePiece(cursor: Cursor, grammar: Grammar, from: number, place: Place): Parsed<DynamicNode> {
  const at = cursor.skipComments(from);
  const variable = parseVariable(cursor, grammar, at, place);
  if (variable !== undefined) return variable;
  if (place !== 'wildcard') {
    const wrap = parseWrap(cursor, grammar, at);
    if (wrap !== undefined) return wrap;
  }
  const variants = parseVariants(cursor, grammar, at);
  if (variants !== undefined) return variants;
  if (place !== 'wildcard') {
    const wildcard = parseWildcard(cursor, grammar, at);
    if (wildcard !== undefined) return wildcard;
  }
  const literal = parseLiteral(cursor, grammar.literals[place], at);
  if (literal !== undefined || place !== 'wildcard') return literal;
  return parseLiteral(cursor, grammar.literals.variant, at);
}

/** Pieces of text on both sides of a comment are joined by a blank. */
function parseLiteral(cursor: Cursor, pattern: RegExp, start: number): Parsed<DynamicNode> {
  const texts: string[] = [];
  let at = start;
  for (let found = cursor.match(pattern, at); found !== undefined; ) {
    texts.push(found[0]);
    at += found[0].length;
    const next = cursor.skipComments(at);
    found = next === at ? undefined : cursor.match(pattern, next);
    if (found !== undefined) at = next;
  }
  return texts.length === 0 ? undefined : [{ type: 'literal', text: texts.join(' ') }, at];
}

function parseVariable(cursor: Cursor, grammar: Grammar, start: number, place: Place): Parsed<DynamicNode> {
  const { variableStart, variableEnd } = grammar.marks;
  let at = cursor.expect(variableStart, start);
  if (at === undefined) return undefined;
  at = cursor.skipBlanks(at);
  const name = cursor.match(NAME, at)?.[0];
  if (name === undefined) return undefined;
  at = cursor.skipBlanks(at + name.length);

  const assign = place === 'prompt' ? cursor.match(/(\??)=(!?)/y, at) : undefined;
  if (assign !== undefined) {
    const [value, end] = parsePrompt(cursor, grammar, cursor.skipBlanks(at + assign[0].length), 'variant');
    const close = cursor.expect(variableEnd, cursor.skipBlanks(end));
    if (close !== undefined)
      return [
        {
          type: 'assignment',
          name,
          value,
          immediate: assign[2] === '!',
          overwrite: assign[1] !== '?',
          range: { start, end: close },
        },
        close,
      ];
  }
  let fallback: DynamicNode | undefined;
  if (cursor.text.startsWith(':', at))
    [fallback, at] = parsePrompt(cursor, grammar, cursor.skipBlanks(at + 1), 'variant');
  const close = cursor.expect(variableEnd, cursor.skipBlanks(at));
  if (close === undefined) return undefined;
  const range = { start, end: close };
  // In the name of a wildcard an unset variable stands for its own name.
  if (place === 'wildcard') {
    const text =
      fallback === undefined ? name : fallback.type === 'literal' ? fallback.text.trim() : undefined;
    return text === undefined
      ? undefined
      : [{ type: 'variable', name, fallback: { type: 'literal', text }, range }, close];
  }
  return [{ type: 'variable', name, ...(fallback === undefined ? {} : { fallback }), range }, close];
}

function parseWrap(cursor: Cursor, grammar: Grammar, start: number): Parsed<DynamicNode> {
  const open = cursor.expect(grammar.marks.wrapStart, start);
  if (open === undefined) return undefined;
  const [wrapper, afterWrapper] = parsePrompt(cursor, grammar, cursor.skipBlanks(open), 'variant');
  const middle = cursor.expect('$$', cursor.skipBlanks(afterWrapper));
  if (middle === undefined) return undefined;
  const [inner, end] = parsePrompt(cursor, grammar, cursor.skipBlanks(middle), 'variant');
  const close = cursor.expect(grammar.marks.wrapEnd, end);
  return close === undefined ? undefined : [{ type: 'wrap', wrapper, inner }, close];
}

function parseVariants(cursor: Cursor, grammar: Grammar, start: number): Parsed<VariantsNode> {
  const open = cursor.expect(grammar.marks.variantStart, start);
  if (open === undefined) return undefined;
  let at = cursor.skipBlanks(open);
  const sampler = SAMPLERS[cursor.text.charAt(at)] ?? null;
  if (sampler !== null) at++;
  const bounds = parseBounds(cursor, at);
  at = cursor.skipBlanks(bounds?.[1] ?? at);

  const options: { value: DynamicNode; weight: number }[] = [];
  for (;;) {
    at = cursor.skipBlanks(cursor.skipComments(at));
    const weight = cursor.match(NUMBER, at)?.[0];
    const weighted = weight !== undefined && cursor.text.startsWith('::', at + weight.length);
    if (weighted) at += weight.length + 2;
    const [value, end] = parsePrompt(cursor, grammar, at, 'variant');
    options.push({ value, weight: weighted ? Number(weight) : 1 });
    at = cursor.skipBlanks(end);
    const next = cursor.expect('|', at);
    if (next === undefined) break;
    at = next;
  }
  const close = cursor.expect(grammar.marks.variantEnd, cursor.skipBlanks(at));
  if (close === undefined) return undefined;
  const { lower, upper, separator } = bounds?.[0] ?? { lower: 1, upper: 1, separator: ',' };
  const to = upper ?? options.length;
  return [
    {
      type: 'variants',
      options,
      min: Math.max(0, Math.min(lower, to)),
      max: Math.max(lower, to),
      separator,
      sampler,
      range: { start, end: close },
    },
    close,
  ];
}

interface Bounds {
  readonly lower: number;
  /** Absent: as many as there are options. */
  readonly upper?: number;
  readonly separator: string;
}

/** `2$$`, `1-3$$`, `-2$$`, `1-$$`, each with an optional `separator$$` behind it. */
function parseBounds(cursor: Cursor, start: number): Parsed<Bounds> {
  const range = cursor.match(RANGE, start);
  if (range === undefined || range[0] === '-') return undefined;
  const delimiter = cursor.expect('$$', start + range[0].length);
  if (delimiter === undefined) return undefined;
  const [, from, to, exact] = range;
  const lower = exact !== undefined ? Number(exact) : from ? Number(from) : 1;
  const upper = exact !== undefined ? Number(exact) : to ? Number(to) : undefined;
  // A `#` begins a comment here as well.
  const at = cursor.skipComments(delimiter);
  const separator = cursor.match(SEPARATOR, at)?.[0];
  const close =
    separator === undefined ? undefined : cursor.expect('$$', cursor.skipBlanks(at + separator.length));
  return [
    {
      lower,
      ...(upper === undefined ? {} : { upper }),
      separator: close === undefined ? ',' : (separator ?? ','),
    },
    close ?? delimiter,
  ];
}

function parseWildcard(cursor: Cursor, grammar: Grammar, start: number): Parsed<DynamicNode> {
  const { wildcardWrap } = grammar.marks;
  let at = cursor.expect(wildcardWrap, start);
  if (at === undefined) return undefined;
  const sampler = SAMPLERS[cursor.text.charAt(at)] ?? null;
  if (sampler !== null) at++;
  const [path, end] = parsePrompt(cursor, grammar, at, 'wildcard');
  if (path.type === 'sequence' && path.nodes.length === 0) return undefined;
  const specification = cursor.match(SPECIFICATION, end);
  const close = cursor.expect(wildcardWrap, end + (specification?.[0].length ?? 0));
  if (close === undefined) return undefined;
  const variables = new Map<string, DynamicNode>();
  for (const pair of specification?.[1]?.split(',') ?? []) {
    const equals = pair.indexOf('=');
    const value = parseDynamic(equals < 0 ? '' : pair.slice(equals + 1).trim(), grammar.marks);
    if (!value.ok) return undefined;
    variables.set((equals < 0 ? pair : pair.slice(0, equals)).trim(), value.value);
  }
  return [{ type: 'wildcard', path, sampler, variables, range: { start, end: close } }, close];
}
