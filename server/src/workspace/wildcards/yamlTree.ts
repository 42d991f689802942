import {
  Composer,
  type CST,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  Parser,
  type Scalar,
} from 'yaml';
import type { DataEntry, DataNode, FileFinding } from '../../language/dialects/dynamic/structured';
import type { Range } from '../../shared/range';

/** Levels of lists and mappings; real wildcard files have a handful. */
const MAX_DEPTH = 60;

/** The same, counted roughly before the text is parsed. */
const MAX_PLAIN_DEPTH = 200;

/** Nodes a file may stand for, aliases followed. */
const MAX_NODES = 600_000;

/** What PyYAML refuses in a file, whatever stands around it. */
const UNPRINTABLE = /[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

/** A parsed YAML file: the document for callers that need its scalars, or what is wrong. */
export type ParsedYaml =
  | { readonly ok: true; readonly document: Document.Parsed }
  | { readonly ok: false; readonly finding: FileFinding };

/**
 * Parses a YAML file without resolving types. Nesting is measured before anything recursive sees the text.
 */
export function parseYaml(source: string): ParsedYaml {
  const bad = UNPRINTABLE.exec(source);
  if (bad)
    return broken(source, bad.index, bad.index + bad[0].length, 'a control character is not allowed here');
  if (plainDepth(source) > MAX_PLAIN_DEPTH)
    return broken(source, 0, 0, `brackets or list items are nested more than ${MAX_PLAIN_DEPTH} deep`);
  const tokens: CST.Token[] = [];
  for (const token of new Parser().parse(source)) tokens.push(token);
  const deep = tooDeep(tokens);
  if (deep !== undefined)
    return broken(source, deep, deep, `lists and mappings are nested more than ${MAX_DEPTH} deep`);
  const composer = new Composer({ schema: 'failsafe', uniqueKeys: false, strict: true, logLevel: 'silent' });
  const documents = [...composer.compose(tokens)] as Document.Parsed[];
  const [document, second] = documents;
  const error = documents.flatMap(({ errors }) => errors)[0];
  if (error) return broken(source, error.pos[0], error.pos[1], lowerFirst(firstLine(error.message)));
  if (second) return broken(source, second.range[0], second.range[0], 'a second document begins here');
  if (!document)
    return { ok: false, finding: { range: { start: 0, end: 0 }, severity: 'warning', message: '' } };
  return { ok: true, document };
}

function broken(source: string, from: number, to: number, reason: string): ParsedYaml {
  const start = Math.min(from, source.length);
  const before = source.slice(0, start);
  const line = before.split(/\r\n|\r|\n/).length;
  return {
    ok: false,
    finding: {
      range: { start, end: Math.min(Math.max(start, to), source.length) },
      severity: 'error',
      message: `This file is no YAML (line ${line}: ${reason}), so none of its wildcards is found. Correct the line; text with \`:\`, \`#\`, \`{\`, \`[\`, \`*\`, \`&\`, \`%\` or \`@\` in it needs quotes.`,
    },
  };
}

function firstLine(text: string): string {
  return (text.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/u, '').replace(/[.:]$/u, '');
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}

/**
 * Deepest nesting that can be seen without a parser: brackets where a value can begin, and list items that begin on one
 * line. Text may hold as many brackets as it likes.
 */
function plainDepth(source: string): number {
  let depth = 0;
  let deepest = 0;
  let before = '\n';
  let items = 0;
  for (let at = 0; at < source.length; at++) {
    const mark = source.charAt(at);
    if (mark === ' ' || mark === '\t' || mark === '\r') continue;
    if ((mark === '[' || mark === '{') && '[{,:?-\n'.includes(before)) depth++;
    else if (mark === ']' || mark === '}') depth = Math.max(0, depth - 1);
    if (mark === '\n') items = 0;
    else if ((mark === '-' || mark === '?') && '-?\n'.includes(before)) items++;
    deepest = Math.max(deepest, depth, items);
    if (deepest > MAX_PLAIN_DEPTH) return deepest;
    before = mark;
  }
  return deepest;
}

/** Offset of the first node that lies too deep, found without recursion. */
function tooDeep(tokens: readonly CST.Token[]): number | undefined {
  const open: [token: unknown, depth: number][] = tokens.map((token) => [token, 0]);
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [token, depth] = next;
    if (typeof token !== 'object' || token === null) continue;
    const { type, value, items, offset, key } = token as Record<string, unknown>;
    const inner = Array.isArray(items) ? depth + 1 : depth;
    if (inner > MAX_DEPTH) return typeof offset === 'number' ? offset : 0;
    if (Array.isArray(items)) for (const item of items) open.push([item, inner]);
    if (type === 'document' || type === undefined) open.push([value, inner], [key, inner]);
  }
  return undefined;
}

/** The file's values with their places, or what is wrong with it. */
export function yamlTree(source: string): { readonly root?: DataNode; readonly finding?: FileFinding } {
  const parsed = parseYaml(source);
  if (!parsed.ok) return parsed.finding.message === '' ? {} : { finding: parsed.finding };
  const { document } = parsed;
  const anchors = new Map<string, unknown>();
  let nodes = 0;
  let problem: FileFinding | undefined;
  const refuse = (range: Range, reason: string): DataNode => {
    const { start, end } = range;
    if (problem === undefined) {
      const failed = broken(source, start, end, reason);
      if (!failed.ok) problem = failed.finding;
    }
    return { type: 'other', kind: 'empty', range };
  };
  const visit = (node: unknown, at: number, depth: number): DataNode => {
    const range = rangeOf(node, at);
    if (problem !== undefined) return { type: 'other', kind: 'empty', range };
    if (++nodes > MAX_NODES || depth > MAX_DEPTH) return refuse(range, 'aliases make it too large');
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      return target === undefined ? refuse(range, 'an alias has no anchor') : visit(target, at, depth + 1);
    }
    const { anchor } = (node ?? {}) as { anchor?: string };
    if (anchor !== undefined) anchors.set(anchor, node);
    if (isSeq(node))
      return { type: 'list', range, items: node.items.map((item) => visit(item, range.start, depth + 1)) };
    if (isMap(node)) {
      let entries: DataEntry[] = [];
      for (const { key, value } of node.items) {
        const inner = visit(key, range.start, depth + 1);
        if (inner.type === 'map' || inner.type === 'list')
          return refuse(inner.range, 'a mapping or a list cannot be a key');
        const below = visit(value, inner.range.end, depth + 1);
        if (isScalar(key) && key.type === 'PLAIN' && key.value === '<<' && below.type === 'map')
          entries = [...below.entries, ...entries];
        else entries.push({ key: inner, value: below });
      }
      return { type: 'map', range, entries };
    }
    if (!isScalar(node)) return { type: 'other', kind: 'empty', range };
    if (node.tag?.startsWith('!') && !STANDARD.has(node.tag))
      return refuse(range, `there is no tag ${node.tag}`);
    const resolved = resolveScalar(node, range);
    return resolved ?? refuse(range, 'a single `=` has a meaning of its own');
  };
  const root = visit(document.contents, 0, 0);
  return problem === undefined ? { root } : { finding: problem };
}

const PREFIX = 'tag:yaml.org,2002:';
const STANDARD: ReadonlySet<string> = new Set(
  ['str', 'null', 'int', 'float', 'bool'].map((name) => PREFIX + name),
);

function rangeOf(node: unknown, at: number): Range {
  const range = (node as Node | null)?.range;
  return range ? { start: range[0], end: Math.max(range[0], range[1]) } : { start: at, end: at };
}

/** What PyYAML (YAML 1.1) takes a plain scalar for. Undefined for `=`, which it cannot construct. */
function resolveScalar(node: Scalar, range: Range): DataNode | undefined {
  const value = typeof node.value === 'string' ? node.value : String(node.value ?? '');
  if (node.type !== 'PLAIN' || node.tag === `${PREFIX}str` || node.tag === '!')
    return { type: 'text', value, range };
  if (value === '=') return undefined;
  if (NULL.test(value)) return { type: 'other', kind: 'empty', range };
  if (BOOLEAN.test(value))
    return { type: 'other', kind: /^(?:yes|true|on)$/i.test(value) ? 'boolean' : 'empty', range };
  if (DATE.test(value)) return { type: 'other', kind: 'date', range };
  const number = numberOf(value);
  if (number === undefined) return { type: 'text', value, range };
  return { type: 'other', kind: number === 0 ? 'empty' : 'number', value: number, range };
}

/** True for a scalar that PyYAML reads as text. */
export function isTextScalar(node: Scalar): boolean {
  return resolveScalar(node, { start: 0, end: 0 })?.type === 'text';
}

const NULL = /^(?:~|null|Null|NULL|)$/;
const BOOLEAN = /^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$/;
const DATE =
  /^\d{4}-\d\d-\d\d$|^\d{4}-\d\d?-\d\d?(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d(?:\.\d*)?(?:[ \t]*(?:Z|[-+]\d\d?(?::\d\d)?))?$/;
const INTEGER = /^[-+]?(?:0b[01_]+|0[0-7_]+|(?:0|[1-9][\d_]*)|0x[\da-fA-F_]+|[1-9][\d_]*(?::[0-5]?\d)+)$/;
const FLOAT =
  /^(?:[-+]?\d[\d_]*\.[\d_]*(?:[eE][-+]\d+)?|\.\d[\d_]*(?:[eE][-+]\d+)?|[-+]?\d[\d_]*(?::[0-5]?\d)+\.[\d_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;

/** A number as YAML 1.1 writes it: with `_`, in base 2, 8, 16 or, with colons, 60. */
function numberOf(text: string): number | undefined {
  if (!INTEGER.test(text) && !FLOAT.test(text)) return undefined;
  const plain = text.replaceAll('_', '').toLowerCase();
  const sign = plain.startsWith('-') ? -1 : 1;
  const digits = plain.replace(/^[-+]/, '');
  if (digits === '.inf') return sign * Number.POSITIVE_INFINITY;
  if (digits === '.nan') return Number.NaN;
  if (digits.includes(':')) return sign * digits.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
  if (/^0[0-7]+$/.test(digits)) return sign * Number.parseInt(digits, 8);
  return sign * Number(digits);
}
