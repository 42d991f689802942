import type { WeightedRun } from '../../../shared/plan';
import { parseFloatPython } from '../../text/python';

/** Deeper groups are read as text; every level looks at its content again. */
const MAX_DEPTH = 256;
const ROUND = 1.1;

/**
 * Attention as ComfyUI reads it: only round brackets, an explicit weight replaces whatever surrounds it instead of
 * multiplying, `\(` and `\)` are literal, and everything else is text. A stray `)` before the first group keeps all later
 * groups from being seen. Neighbours are not joined.
 */
export function comfyTokenWeights(text: string): WeightedRun[] {
  const escaped = text.replaceAll('\\)', '\0\u0001').replaceAll('\\(', '\0\u0002');
  const runs: WeightedRun[] = [];
  const work: { text: string; weight: number; depth: number; isGroup: boolean }[] = [
    { text: escaped, weight: 1, depth: 0, isGroup: true },
  ];
  for (let item = work.pop(); item !== undefined; item = work.pop()) {
    if (!item.isGroup) {
      runs.push([item.text.replaceAll('\0\u0001', ')').replaceAll('\0\u0002', '('), item.weight]);
      continue;
    }
    const parts: typeof work = [];
    for (const part of splitGroups(item.text)) {
      const isGroup =
        part.length >= 2 && part.startsWith('(') && part.endsWith(')') && item.depth < MAX_DEPTH;
      if (isGroup) parts.push({ ...readGroup(part, item.weight), depth: item.depth + 1, isGroup });
      else parts.push({ text: part, weight: item.weight, depth: item.depth, isGroup });
    }
    for (const part of parts.reverse()) work.push(part);
  }
  return runs;
}

/** Content and weight of `( … )`: the last colon counts if a number follows and something stands before it. */
function readGroup(part: string, outer: number): { text: string; weight: number } {
  const content = part.slice(1, -1);
  const colon = content.lastIndexOf(':');
  const weight = colon > 0 ? parseFloatPython(content.slice(colon + 1)) : undefined;
  return weight === undefined
    ? { text: content, weight: outer * ROUND }
    : { text: content.slice(0, colon), weight };
}

/** Cuts a text at its outermost round groups; the level may fall below zero and then hides the next openers. */
function splitGroups(text: string): string[] {
  const parts: string[] = [];
  let start = 0;
  let level = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '(') {
      if (level === 0 && at > start) {
        parts.push(text.slice(start, at));
        start = at;
      }
      level++;
    } else if (character === ')') {
      level--;
      if (level === 0) {
        parts.push(text.slice(start, at + 1));
        start = at + 1;
      }
    }
  }
  if (start < text.length) parts.push(text.slice(start));
  return parts;
}
