import type { Range } from '../../../shared/range';
import type { WildcardCollection, WildcardValue } from '../../../shared/wildcards';

/** A value of a YAML or JSON file with its place, types as PyYAML and Python's `json` give them. */
export type DataNode =
  | { readonly type: 'text'; readonly value: string; readonly range: Range }
  | { readonly type: 'other'; readonly kind: OtherKind; readonly value?: number; readonly range: Range }
  | { readonly type: 'list'; readonly items: readonly DataNode[]; readonly range: Range }
  | { readonly type: 'map'; readonly entries: readonly DataEntry[]; readonly range: Range };

export type OtherKind = 'number' | 'boolean' | 'date' | 'empty';

export interface DataEntry {
  readonly key: DataNode;
  readonly value: DataNode;
}

/** Something about a file that keeps values from being read. */
export interface FileFinding {
  readonly range: Range;
  readonly message: string;
  readonly severity: 'error' | 'warning';
  /** The value only has to be put in quotes. */
  readonly quotable?: boolean;
}

export interface StructuredFile {
  readonly collections: readonly WildcardCollection[];
  readonly findings: readonly FileFinding[];
}

/** Larger files are refused: aliases can make a small YAML file stand for any number of names. */
export const MAX_WILDCARD_NAMES = 100_000;

/**
 * The wildcards of a YAML or JSON file, as dynamicprompts 0.31.0 reads it: the keys make the name, a list under a key
 * holds its values, and a bare list is named by the file.
 *
 * @param prefix the folder the file lies in, with `/` at its end, or nothing
 * @param stem the file's name without its extension
 */
export function readStructured(root: DataNode, prefix: string, stem: string): StructuredFile {
  const collections: WildcardCollection[] = [];
  const findings: FileFinding[] = [];
  if (root.type === 'list') {
    const values = root.items.flatMap((item): WildcardValue[] => {
      if (item.type === 'text') return [{ text: item.value }];
      findings.push(skipped(item));
      return [];
    });
    if (values.length > 0) collections.push({ name: prefix + stem, values });
  } else if (root.type === 'map') readMap(root.entries, prefix, collections, findings);
  else if (!(root.type === 'other' && root.kind === 'empty'))
    findings.push({
      range: root.range,
      severity: 'warning',
      message:
        'This file holds neither names nor a list, so it offers no wildcard. Write `name:` and a list below it.',
    });
  return { collections, findings };
}

function readMap(
  entries: readonly DataEntry[],
  prefix: string,
  collections: WildcardCollection[],
  findings: FileFinding[],
): void {
  const last = new Map<string, DataEntry>();
  for (const entry of entries) if (entry.key.type === 'text') last.set(entry.key.value, entry);
  for (const entry of entries) {
    if (collections.length >= MAX_WILDCARD_NAMES) {
      if (!findings.some(({ message }) => message === TOO_MANY))
        findings.push({ range: entry.key.range, severity: 'error', message: TOO_MANY });
      return;
    }
    const { key, value } = entry;
    if (key.type !== 'text') {
      findings.push({
        range: key.range,
        severity: 'warning',
        quotable: key.type === 'other',
        message: `YAML reads this key as ${describe(key)}, so its wildcards are skipped. Put it in quotes.`,
      });
      continue;
    }
    if (last.get(key.value) !== entry) {
      findings.push({
        range: key.range,
        severity: 'warning',
        message: `The key \`${key.value}\` is written again below, and only the last one counts. Join the two lists.`,
      });
      if (value.type === 'list') readList(value.items, findings);
      continue;
    }
    const name = prefix + key.value;
    if (value.type === 'map') readMap(value.entries, `${name}/`, collections, findings);
    else if (value.type === 'text') {
      if (value.value !== '')
        collections.push({ name, values: readList([value], findings), start: key.range.start });
    } else if (value.type === 'list') {
      if (value.items.length > 0)
        collections.push({ name, values: readList(value.items, findings), start: key.range.start });
    } else if (value.kind !== 'empty') findings.push(skipped(value));
  }
}

const TOO_MANY = `This file stands for more than ${MAX_WILDCARD_NAMES.toLocaleString('en')} wildcards; the rest is not read. Split it, or use fewer aliases.`;

function readList(items: readonly DataNode[], findings: FileFinding[]): WildcardValue[] {
  const values: WildcardValue[] = [];
  for (const item of items) {
    if (item.type === 'text') {
      if (item.value !== '') values.push(readWeight(item.value));
    } else if (item.type === 'map') {
      const value = readObject(item.entries);
      if (value === undefined) findings.push(skipped(item));
      else values.push(value);
    } else if (!(item.type === 'other' && item.kind === 'empty')) findings.push(skipped(item));
  }
  return values;
}

/** Python's `float` on plain figures. */
const FLOAT = /^\d[\d_]*(?:\.\d*)?(?:[eE][-+]?\d+)?\s*$/;

/** `2::text`: the weight stands before the last `::`. */
function readWeight(text: string): WildcardValue {
  const at = text.lastIndexOf('::');
  const weight = at > 0 ? text.slice(0, at) : '';
  if (!FLOAT.test(weight)) return { text };
  return { text: text.slice(at + 2), weight: Number(weight.replaceAll('_', '')) };
}

/** `{ text: …, weight: 2 }`, also with `content`. */
function readObject(entries: readonly DataEntry[]): WildcardValue | undefined {
  const field = (name: string): DataNode | undefined =>
    entries.findLast(({ key }) => key.type === 'text' && key.value === name)?.value;
  const isEmpty = (node: DataNode | undefined) => !(node?.type === 'text' && node.value !== '');
  const text = isEmpty(field('text')) ? field('content') : field('text');
  if (text?.type !== 'text' || text.value === '') return undefined;
  const written = field('weight');
  const weight =
    written?.type === 'other' ? written.value : written?.type === 'text' ? Number(written.value) : 1;
  if (weight === undefined || Number.isNaN(weight)) return undefined;
  return weight === 1 ? { text: text.value } : { text: text.value, weight };
}

function skipped(node: DataNode): FileFinding {
  const isTemplate =
    node.type === 'map' &&
    node.entries.every(({ value }) => value.type === 'other' && value.kind === 'empty');
  const advice =
    node.type === 'other' || isTemplate || node.type === 'list'
      ? 'Put it in quotes.'
      : 'Write `text:` and `weight:`, or put it in quotes.';
  return {
    range: node.range,
    severity: 'warning',
    quotable: node.type === 'other' || isTemplate || node.type === 'list',
    message: `This is read as ${describe(node)} and not as text, so it is skipped. ${advice}`,
  };
}

function describe(node: DataNode): string {
  switch (node.type) {
    case 'map':
      return 'a mapping';
    case 'list':
      return 'a list';
    case 'text':
      return 'text';
    case 'other': {
      if (node.kind === 'number') return node.value === undefined ? 'a number' : `the number ${node.value}`;
      return { boolean: 'true or false', date: 'a date', empty: 'nothing' }[node.kind];
    }
  }
}
