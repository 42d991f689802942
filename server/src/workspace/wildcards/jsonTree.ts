import { type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import type { DataNode, FileFinding } from '../../language/dialects/dynamic/structured';

/** Levels a JSON file may have; checked before anything recursive sees the text. */
const MAX_DEPTH = 60;

/** The values of a JSON file with their places, or what is wrong with it. */
export function jsonTree(source: string): { readonly root?: DataNode; readonly finding?: FileFinding } {
  const deep = tooDeep(source);
  if (deep !== undefined) return broken(deep, 1, `nested more than ${MAX_DEPTH} deep`);
  const errors: ParseError[] = [];
  const root = parseTree(source, errors, { disallowComments: true });
  const [error] = errors;
  if (error) return broken(error.offset, error.length, printParseErrorCode(error.error));
  if (!root) return broken(0, 0, 'it is empty');
  return { root: visit(root) };
}

function broken(start: number, length: number, reason: string): { finding: FileFinding } {
  const message = `This file is no JSON (${reason}), so none of its wildcards is found. Correct it here.`;
  return { finding: { range: { start, end: start + length }, severity: 'error', message } };
}

function tooDeep(source: string): number | undefined {
  let depth = 0;
  for (const { 0: mark, index } of source.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/gsu)) {
    if (mark === '[' || mark === '{') depth++;
    else if (mark === ']' || mark === '}') depth--;
    if (depth > MAX_DEPTH) return index;
  }
  return undefined;
}

function visit(node: Node): DataNode {
  const range = { start: node.offset, end: node.offset + node.length };
  switch (node.type) {
    case 'object':
      return {
        type: 'map',
        range,
        entries: (node.children ?? []).flatMap(({ children: [key, value] = [] }) =>
          key && value ? [{ key: visit(key), value: visit(value) }] : [],
        ),
      };
    case 'array':
      return { type: 'list', range, items: (node.children ?? []).map(visit) };
    case 'string':
      return { type: 'text', range, value: String(node.value) };
    case 'number':
      return { type: 'other', range, kind: node.value === 0 ? 'empty' : 'number', value: Number(node.value) };
    case 'boolean':
      return { type: 'other', range, kind: node.value === true ? 'boolean' : 'empty' };
    default:
      return { type: 'other', range, kind: 'empty' };
  }
}
