import type { Range } from '../../../shared/range';
import type { Group } from '../../syntax/nodes';
import { finderOf } from '../../text/finder';
import type { Fix } from '../rule';
import type { PromptView } from '../view/prompts';

/** A weight that stands behind its words without brackets around both. */
export interface BareWeight {
  /** The words with the colon and the number. */
  readonly range: Range;
  readonly colon: number;
  readonly number: string;
  /** `group`: behind a bracket, `(hat):1.2`. */
  readonly kind: 'words' | 'group';
  /** What was meant: `(words:1.2)`. */
  readonly meant: string;
  readonly fix: Fix;
}

/** What ends a phrase for this purpose; an escaped bracket is a part of it. */
const DELIMITER = /[,\r\n()[\]<>|{}]/u;
const NUMBER = /(?<!:):[ \t]?(\d?\.\d+|[0-3]\.)(?![\w.:%°])/gu;
/** Words before a number that is a measure of its own. */
const MEASURE =
  /(?:^|[\s_-])(?:f|v|ver|version|sd|sdxl|ratio|aperture|gamma|scale|cfg|level|exposure|ev|iso|zoom|lens|part|chapter|vol|volume|episode|ep|step|steps|seed|strength|weight|denoise|denoising|opacity|size|time|score|rating|width|height|length|distance|speed|iou|aspect)$/iu;
/** Phrases of more words may be a sentence, of which only a part was meant. */
const SHORT = 4;

/** Every bare weight of a prompt, in document order. `text` is the document without comments. */
export function bareWeightsOf(view: PromptView, text: string): BareWeight[] {
  const found: BareWeight[] = [];
  const colons = finderOf(text, ':');
  for (const { range } of view.outline.texts) {
    if (colons(range.start) >= range.end) continue;
    for (const match of text.slice(range.start, range.end).matchAll(NUMBER)) {
      const colon = range.start + match.index;
      const end = colon + match[0].length;
      if (!/^[ \t]*(?:[,\r\n<)\]|]|$)/u.test(text.slice(end, Math.min(view.tree.range.end, end + 40))))
        continue;
      const one = behindWords(view, text, colon, end, match[1] ?? '');
      if (one) found.push(one);
    }
  }
  for (const { item } of view.outline.groups) {
    if (!item.closed || item.weight || text[item.range.start - 1] === '_') continue;
    const one = behindGroup(item, text, view.tree.range.end);
    if (one) found.push(one);
  }
  return found.sort((a, b) => a.range.start - b.range.start);
}

function behindWords(
  view: PromptView,
  text: string,
  colon: number,
  end: number,
  number: string,
): BareWeight | undefined {
  let start = colon;
  const limit = Math.max(view.tree.range.start, colon - 120);
  while (start > limit && (!DELIMITER.test(text[start - 1]!) || text[start - 2] === '\\')) start--;
  while (start < colon && /\s/u.test(text[start]!)) start++;
  const words = text.slice(start, colon).trimEnd();
  if (!/\p{L}{2}/u.test(words) || !/(?:[\p{L}\p{N}_'!?\]]|\\\))$/u.test(words) || MEASURE.test(words))
    return undefined;
  // A number in front of the colon makes a ratio or a time of it.
  if (words.includes(':') || /(?:^|\s)\d{1,2}$/u.test(words)) return undefined;
  const meant = `(${words}:${number})`;
  const safe = words.split(/\s+/u).length <= SHORT;
  return bare({ start, end }, colon, number, 'words', meant, safe);
}

function behindGroup(group: Group, text: string, limit: number): BareWeight | undefined {
  const { range } = group;
  const tail = /^[ \t]?:[ \t]?(\d+\.\d+|\.\d+|[0-3])(?![\w.:%°])(?=[ \t]*(?:[,\r\n<)\]|]|$))/u.exec(
    text.slice(range.end, Math.min(limit, range.end + 40)),
  );
  if (!tail) return undefined;
  const colon = range.end + tail[0].indexOf(':');
  let inner = text.slice(range.start + 1, range.end - 1);
  let depth = 1;
  for (
    let at = group;
    at.items.length === 1 && at.items[0]?.type === 'group' && !at.items[0].weight;
    depth++
  ) {
    at = at.items[0];
    inner = text.slice(at.range.start + 1, at.range.end - 1);
  }
  const meant = `(${inner}:${tail[1]})`;
  const safe = depth === 1 && group.bracket === 'round';
  return bare(
    { start: range.start, end: range.end + tail[0].length },
    colon,
    tail[1] ?? '',
    'group',
    meant,
    safe,
  );
}

function bare(
  range: Range,
  colon: number,
  number: string,
  kind: BareWeight['kind'],
  meant: string,
  safe: boolean,
): BareWeight {
  const fix = { title: `Write \`${meant}\``, safe, edits: [{ range, newText: meant }] };
  return { range, colon, number, kind, meant, fix };
}
