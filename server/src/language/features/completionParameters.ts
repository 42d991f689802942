import { PARAMETERS, parameterEntry } from '../../shared/catalogue/parameters';
import type { Range } from '../../shared/range';
import { modelOf } from '../domain/models';
import type { Environment } from '../environment';
import type { Block, Document } from '../syntax/nodes';
import { type CompletionItem, type CompletionList, matchRank, sortKey } from './completionItem';
import { hasValues, offeredValues } from './parameterTable';

/** The `Key: value` a cursor stands in. */
interface PairAtCursor {
  readonly key?: string;
  /** From the value's first character (or the key's) to the cursor. */
  readonly typed: string;
  readonly range: Range;
}

/** Offers for a cursor in a parameter line; undefined when the line is not one. */
export function completeParameter(
  document: Document,
  block: Block,
  offset: number,
  environment: Environment,
): CompletionList | undefined {
  if (!inParameters(document.text, block, offset)) return undefined;
  const pair = pairAtCursor(document.text, offset);
  if (pair.key === undefined) return { items: keyItems(pair, block, 0), incomplete: false };
  const values = offeredValues(pair.key, environment, modelOf(block, environment));
  const items = values.map(
    (value, position): CompletionItem => ({
      label: value,
      kind: pair.key === 'Model' ? 'model' : 'value',
      ...describeFile(pair.key, value, environment),
      range: pair.range,
      newText: value,
      filterText: value,
      sortText: sortKey(0, position),
    }),
  );
  return { items, incomplete: false };
}

/** Keys the block does not have yet, for the beginning of a pair. */
export function keyItems(
  pair: { typed: string; range: Range },
  block: Block,
  group: number,
): CompletionItem[] {
  const used = new Set(block.parameters.map((parameter) => parameter.key));
  return PARAMETERS.flatMap((entry, position): CompletionItem[] => {
    if (used.has(entry.key) || matchRank(pair.typed, entry.key) === undefined) return [];
    return [
      {
        label: entry.key,
        kind: 'key',
        documentation: entry.description,
        range: pair.range,
        newText: `${entry.key}: `,
        filterText: entry.key,
        sortText: sortKey(group, position),
        ...(hasValues(entry) && { retrigger: true }),
      },
    ];
  });
}

function inParameters(text: string, block: Block, offset: number): boolean {
  const start = lineStart(text, offset);
  const range = block.parametersRange;
  if (range && range.start <= offset && start <= range.end) return true;
  const head = /^\s*([\w][\w \-/]*):/u.exec(text.slice(start, offset));
  return head?.[1] !== undefined && parameterEntry(head[1]) !== undefined;
}

function pairAtCursor(text: string, offset: number): PairAtCursor {
  const before = text.slice(lineStart(text, offset), offset);
  const pair = before.slice(lastSeparator(before) + 1);
  const indent = /^\s*/.exec(pair)?.[0].length ?? 0;
  const written = pair.slice(indent);
  const colon = written.indexOf(':');
  if (colon < 0) {
    return { typed: written, range: { start: offset - written.length, end: offset } };
  }
  const value = written.slice(colon + 1).replace(/^\s+/, '');
  const rest = /^[^,\r\n]*/.exec(text.slice(offset))?.[0].trimEnd() ?? '';
  return {
    key: written.slice(0, colon),
    typed: value,
    range: { start: offset - value.length, end: offset + rest.length },
  };
}

/** The last comma that is not inside double quotes, or -1. */
function lastSeparator(text: string): number {
  let quoted = false;
  let last = -1;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\\' && quoted) at++;
    else if (text[at] === '"') quoted = !quoted;
    else if (text[at] === ',' && !quoted) last = at;
  }
  return last;
}

function lineStart(text: string, offset: number): number {
  return Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1)) + 1;
}

function describeFile(key: string | undefined, name: string, environment: Environment): { detail?: string } {
  const model = key === 'Model' ? environment.models.find((entry) => entry.name === name) : undefined;
  const vae = key === 'VAE' ? environment.vaes.find((entry) => entry.name === name) : undefined;
  const hash = model?.hashes?.autoV2 ?? model?.hashes?.autoV1 ?? vae?.hashes?.autoV2;
  const detail = [model?.architecture, hash].filter((part) => part !== undefined).join(', ');
  return detail === '' ? {} : { detail };
}
