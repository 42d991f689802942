import type { Range } from '../../shared/range';
import { resolveDocument } from '../analysis/resolve';
import type { Environment } from '../environment';
import type { Document } from '../syntax/nodes';
import { blockAt } from './blocks';

/** Something with a name that prompts of several files can share. */
export interface NamedSymbol {
  readonly kind: 'lora' | 'embedding' | 'wildcard';
  /** As written. */
  readonly name: string;
  /** Where the name stands under the cursor. */
  readonly range: Range;
  /** The file that a LoRA's name resolves to in the document of the symbol; undefined where it resolves to none. */
  readonly file?: string;
}

/** A shared name at an offset: in a LoRA tag, an embedding's name, or a wildcard. */
export function symbolAt(
  document: Document,
  offset: number,
  environment: Environment,
): NamedSymbol | undefined {
  const tag = loraNames(document).find(({ tag }) => tag.start <= offset && offset <= tag.end);
  if (tag) {
    const file = fileOf(tag.name, environment);
    return { kind: 'lora', name: tag.name, range: tag.range, ...(file !== undefined && { file }) };
  }
  const wildcard = wildcardNames(document).find((entry) => touches(entry.range, offset, 2));
  if (wildcard) return { kind: 'wildcard', ...wildcard };
  const lower = document.text.toLowerCase();
  for (const { name } of environment.embeddings) {
    // Thousands may be installed; few are in any one text.
    if (!lower.includes(name.toLowerCase())) continue;
    const range = embeddingNames(document, name).find((found) => touches(found, offset, 0));
    if (range) return { kind: 'embedding', name: document.text.slice(range.start, range.end), range };
  }
  return undefined;
}

/** Every place of a document that means the same thing. `environment` is that of the document, not of the symbol. */
export function referencesIn(document: Document, symbol: NamedSymbol, environment: Environment): Range[] {
  switch (symbol.kind) {
    case 'lora':
      return loraNames(document)
        .filter(({ name }) => isSameLora(name, symbol, environment))
        .map(({ range }) => range);
    case 'wildcard':
      return wildcardNames(document)
        .filter(({ name }) => name === symbol.name)
        .map(({ range }) => range);
    case 'embedding':
      return embeddingNames(document, symbol.name);
  }
}

/** A name means the symbol when both resolve to the same file, each in its own environment, or else when they are equal. */
function isSameLora(name: string, symbol: NamedSymbol, environment: Environment): boolean {
  const file = fileOf(name, environment);
  return file !== undefined && symbol.file !== undefined ? file === symbol.file : name === symbol.name;
}

function fileOf(name: string, environment: Environment): string | undefined {
  const chosen = environment.loras.resolve(name).chosen;
  return chosen && (chosen.file.path ?? chosen.file.relativePath);
}

function loraNames(document: Document): { name: string; range: Range; tag: Range }[] {
  const prompts = resolveDocument(document).flatMap((block) => [block.positive, block.negative]);
  return prompts
    .flatMap((prompt) => prompt.networks)
    .filter(({ type, name }) => (type === 'lora' || type === 'lyco') && name !== '')
    .map(({ name, nameRange, range }) => ({ name, range: nameRange, tag: range }));
}

const WILDCARD = /__([\p{L}\p{N}_./*-]+?)__(?!_)/gu;

function wildcardNames(document: Document): { name: string; range: Range }[] {
  const tags = loraNames(document);
  return [...document.text.matchAll(WILDCARD)]
    .map((match) => ({
      name: match[1] ?? '',
      range: { start: match.index + 2, end: match.index + 2 + (match[1] ?? '').length },
    }))
    .filter(({ range }) => !tags.some(({ tag }) => tag.start <= range.start && range.end <= tag.end))
    .filter(({ range }) => isPromptText(document, range.start));
}

/** An embedding's name as whole words of the prompts, in any case: the web UI compares tokens, which know none. */
function embeddingNames(document: Document, name: string): Range[] {
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}_-])${escapeRegExp(name)}(?![\\p{L}\\p{N}_-])`, 'giu');
  const tags = loraNames(document);
  return [...document.text.matchAll(pattern)]
    .map((match) => ({ start: match.index, end: match.index + match[0].length }))
    .filter((range) => isPromptText(document, range.start))
    .filter((range) => !tags.some(({ tag }) => tag.start <= range.start && range.end <= tag.end));
}

function isPromptText(document: Document, offset: number): boolean {
  const block = blockAt(document, offset);
  if (!block) return false;
  if (block.comments.some(({ range }) => range.start <= offset && offset < range.end)) return false;
  const { positive, negative } = block;
  return [positive, negative].some(
    (prompt) => prompt !== undefined && prompt.range.start <= offset && offset < prompt.range.end,
  );
}

function touches(range: Range, offset: number, margin: number): boolean {
  return range.start - margin <= offset && offset <= range.end + margin;
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
