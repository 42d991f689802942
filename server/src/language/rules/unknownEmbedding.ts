import { distance } from 'fastest-levenshtein';
import { compare, nearest, orList } from '../domain/names';
import type { Environment } from '../environment';
import type { Item } from '../syntax/nodes';
import { isContainer, partsOf } from '../syntax/walk';
import { fold } from '../text/fold';
import type { Rule } from './rule';
import { wasEmbedding } from './support/hashesInParameters';
import { POPULAR_EMBEDDINGS } from './support/popularEmbeddings';
import { phrasesOf } from './view/phrases';

/** Embeddings have no syntax: a name that is not installed is a word the model reads letter by letter. */
export const unknownEmbedding: Rule = {
  id: 'unknown-embedding',
  description: 'The prompt names an embedding that is not installed.',
  tags: ['lora', 'repository'],
  severity: 'warning',
  fixable: 'unsafe',
  check(context, _options, report) {
    const { environment } = context;
    if (!environment.embeddingsKnown) return;
    const installed = namesOf(environment);
    for (const view of context.prompts) {
      const lists: (readonly Item[])[] = [view.tree.items];
      for (let list = lists.pop(); list; list = lists.pop()) {
        for (const item of list) if (isContainer(item)) lists.push(...partsOf(item));
        for (const phrase of phrasesOf(context.document, list)) {
          if (!phrase.isPlain) continue;
          const explicit = /^embedding:([^\s,:]+)/iu.exec(phrase.text);
          const name = explicit?.[1] ?? phrase.text;
          if (name.length > 100 || installed.has(fold(name))) continue;
          const suggestions = explicit ? nearest(name, installed.values()) : slips(name, installed);
          const wasUsed = !explicit && wasEmbedding(view.block.tree, name);
          if (!explicit && suggestions.length === 0 && !wasUsed && !POPULAR_EMBEDDINGS.has(fold(name)))
            continue;
          const start = phrase.range.start + (explicit ? explicit[0].length - name.length : 0);
          const range = { start, end: start + name.length };
          const hint =
            suggestions.length > 0
              ? `Did you mean ${orList(suggestions)}?`
              : 'Install it, or remove the word.';
          report({
            range,
            ...(!explicit && suggestions.length === 0 && !wasUsed && { severity: 'info' as const }),
            message: `No embedding called \`${name}\` is installed${wasUsed ? ', though `TI hashes` say that the picture was made with it' : ''}, so the model reads it as ordinary letters. ${hint}`,
            fixes: suggestions.map((suggestion) => ({
              title: `Change to \`${suggestion}\``,
              safe: false,
              edits: [{ range, newText: suggestion }],
            })),
          });
        }
      }
    }
  },
};

const names = new WeakMap<readonly unknown[], ReadonlyMap<string, string>>();

/** Installed names by their folded form; those that come with a LoRA are installed with it. */
function namesOf(environment: Environment): ReadonlyMap<string, string> {
  let found = names.get(environment.embeddings);
  if (!found) {
    const bundled = environment.loras.all.flatMap((lora) => lora.file.embeddings ?? []);
    const installed = [...bundled, ...environment.embeddings.map(({ name }) => name)];
    found = new Map(installed.map((name) => [fold(name), name]));
    names.set(environment.embeddings, found);
  }
  return found;
}

/** A single word one or two letters away from a long name; short ones are too easily ordinary words. */
function slips(name: string, installed: ReadonlyMap<string, string>): string[] {
  if (name.length < 7 || /\s/u.test(name)) return [];
  const wanted = fold(name);
  const limit = wanted.length >= 10 ? 2 : 1;
  return [...installed]
    .filter(
      ([known]) =>
        known.length >= 7 &&
        Math.abs(known.length - wanted.length) <= limit &&
        distance(known, wanted) <= limit,
    )
    .map(([, original]) => original)
    .sort(compare)
    .slice(0, 3);
}
