import type { Range } from '../../shared/range';
import { resolveBlock } from '../analysis/resolve';
import type { Environment } from '../environment';
import type { Block, Document } from '../syntax/nodes';
import {
  type CompletionItem,
  type CompletionList,
  MAX_COMPLETION_ITEMS,
  matchRank,
  sortKey,
} from './completionItem';
import { keyItems } from './completionParameters';
import { code, promptWords } from './loraText';

/** Something to offer in running text. */
interface Word {
  readonly text: string;
  readonly kind: CompletionItem['kind'];
  readonly detail: string;
  readonly documentation?: string;
}

/**
 * Offers in the running text of a prompt: trigger words of the block's LoRAs, embeddings, keywords, and at the start
 * of a line the labels that begin the other parts of a block. A phrase of several words is matched from whichever of
 * its words the offer begins with.
 */
export function completeWord(
  document: Document,
  block: Block,
  offset: number,
  environment: Environment,
): CompletionList {
  const wildcard = completeWildcard(document.text, offset, environment);
  if (wildcard) return wildcard;
  const phrase = phraseBefore(document.text, offset);
  if (phrase.trim() === '') return { items: [], incomplete: true };

  const items: CompletionItem[] = [];
  for (const word of words(document, block, environment)) {
    const typed = matchingEnd(phrase, word.text);
    if (typed === undefined || items.length >= MAX_COMPLETION_ITEMS) continue;
    items.push({
      label: word.text,
      kind: word.kind,
      detail: word.detail,
      ...(word.documentation && { documentation: word.documentation }),
      range: { start: offset - typed.length, end: offset },
      newText: word.text,
      filterText: word.text,
      sortText: sortKey(word.kind === 'trigger' ? 0 : word.kind === 'keyword' ? 2 : 1, items.length),
    });
  }
  items.push(...lineStarts(document, block, offset, phrase));
  return { items, incomplete: true };
}

function words(document: Document, block: Block, environment: Environment): Word[] {
  const found: Word[] = [];
  for (const { type, name } of resolveBlock(document, block).positive.networks) {
    const lora = type === 'lora' || type === 'lyco' ? environment.loras.resolve(name).chosen : undefined;
    if (!lora) continue;
    for (const text of promptWords(lora)) {
      found.push({ text, kind: 'trigger', detail: `trigger word of ${lora.file.name}` });
    }
    for (const text of lora.file.embeddings ?? [])
      found.push({ text, kind: 'embedding', detail: `embedding in ${lora.file.name}` });
  }
  for (const embedding of environment.embeddings) {
    const text = environment.target === 'comfyui' ? `embedding:${embedding.name}` : embedding.name;
    const detail = ['embedding', embedding.architecture].filter(Boolean).join(', ');
    found.push({ text, kind: 'embedding', detail });
  }
  found.push(
    { text: 'BREAK', kind: 'keyword', detail: 'starts a new chunk of 75 tokens' },
    { text: 'AND', kind: 'keyword', detail: 'combines two prompts' },
  );
  return found;
}

/** The labels of a block's parts, offered only as the first word of a line. */
function lineStarts(document: Document, block: Block, offset: number, phrase: string): CompletionItem[] {
  const typed = phrase.trimStart();
  const start = offset - typed.length;
  const before = document.text[start - 1];
  if (typed.length < 2 || !(before === undefined || before === '\n' || before === '\r')) return [];
  const range: Range = { start, end: offset };
  const label = 'Negative prompt: ';
  const items: CompletionItem[] = [];
  if (!block.negative && matchRank(typed, label) === 0) {
    items.push({
      label: 'Negative prompt',
      kind: 'keyword',
      detail: 'what the picture should not show',
      range,
      newText: label,
      filterText: label,
      sortText: sortKey(3, 0),
    });
  }
  const keys = keyItems({ typed, range }, block, 4);
  return [...items, ...keys.filter((item) => matchRank(typed, item.label) === 0)];
}

function completeWildcard(
  text: string,
  offset: number,
  environment: Environment,
): CompletionList | undefined {
  const typed = /(?<![\w/*-])__([\w/*. -]*)$/u.exec(text.slice(Math.max(0, offset - 200), offset));
  if (!typed || !environment.wildcards) return undefined;
  const rest = /^[\w/*.-]*?__(?![\w])/u.exec(text.slice(offset, offset + 200))?.[0] ?? '';
  const range = { start: offset - typed[0].length, end: offset + rest.length };
  const matching = environment.wildcards.filter((name) => matchRank(typed[1] ?? '', name) !== undefined);
  const items = matching.slice(0, MAX_COMPLETION_ITEMS).map(
    (name, position): CompletionItem => ({
      label: name,
      kind: 'wildcard',
      documentation: `One line of the wildcard file ${code(name)}.`,
      range,
      newText: `__${name}__`,
      filterText: `__${name}__`,
      sortText: sortKey(0, position),
    }),
  );
  return { items, incomplete: matching.length > items.length };
}

/** The text since the last separator, at most one line of it. */
function phraseBefore(text: string, offset: number): string {
  return /[^,|:()[\]{}<>\r\n]*$/.exec(text.slice(Math.max(0, offset - 200), offset))?.[0] ?? '';
}

/** The end of the phrase, from a word's start on, that the candidate begins with; or its last word, if that occurs in it. */
function matchingEnd(phrase: string, candidate: string): string | undefined {
  const lower = candidate.toLowerCase();
  const starts = [...phrase.matchAll(/(?<=^|\s)\S/gu)].map((match) => match.index);
  for (const start of starts) {
    const typed = phrase.slice(start);
    if (lower.startsWith(typed.toLowerCase())) return lower === typed.toLowerCase() ? undefined : typed;
  }
  const last = phrase.slice(starts.at(-1) ?? phrase.length);
  const rank = last.length < 2 || /\s$/.test(last) ? undefined : matchRank(last, candidate);
  return rank !== undefined && rank <= 2 ? last : undefined;
}
