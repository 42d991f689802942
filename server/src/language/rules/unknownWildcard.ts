import { nearest, orList } from '../domain/names';
import { withoutComments } from '../syntax/withoutComments';
import type { Rule } from './rule';

/** `__name__` without a file of that name. */
export const unknownWildcard: Rule = {
  id: 'unknown-wildcard',
  description: 'A `__wildcard__` has no file.',
  tags: ['repository'],
  severity: 'warning',
  fixable: 'unsafe',
  check(context, _options, report) {
    const { wildcards } = context.environment;
    if (!wildcards || !context.document.text.includes('__')) return;
    const known = new Set(wildcards);
    const { findWildcards } = context.environment;
    const exists = (name: string): boolean =>
      findWildcards ? findWildcards(name).length > 0 : isListed(name, known, wildcards);
    const text = withoutComments(context.document);
    for (const view of context.prompts) {
      for (const item of view.outline.texts) {
        for (const match of text.slice(item.range.start, item.range.end).matchAll(WILDCARD)) {
          const name = match[1] ?? '';
          if (exists(name)) {
            const found = findWildcards?.(name);
            if (found?.length && found.every(({ values }) => values.length === 0)) {
              const start = item.range.start + match.index + 2 + match[0].slice(2).indexOf(name);
              report({
                range: { start, end: start + name.length },
                message: `The wildcard \`${name}\` has no value that can be used, so \`${match[0]}\` stays in the prompt as it is. Write lines into its file; numbers in YAML need quotes.`,
              });
            }
            continue;
          }
          const start = item.range.start + match.index + 2 + match[0].slice(2).indexOf(name);
          const range = { start, end: start + name.length };
          const near = nearest(name, wildcards);
          const hint =
            near.length > 0 ? `Did you mean ${orList(near)}?` : 'Add the file, or correct the name.';
          report({
            range,
            message: `No wildcard file is called \`${name}\`, so \`${match[0]}\` stays in the prompt as it is. ${hint}`,
            fixes: near.map((suggestion) => ({
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

/** The name between double underscores; a sampler sign before it and parameters behind it belong to the extension. */
const WILDCARD = /__[~!@]?([\p{L}\p{N}][\p{L}\p{N}_\-./* ]*?)(?:\([^()]*\))?__/gu;

function isListed(name: string, known: ReadonlySet<string>, all: readonly string[]): boolean {
  if (known.has(name)) return true;
  if (!name.includes('*')) return false;
  const pattern = new RegExp(
    `^${name
      .replace(/[.\\+?^$()[\]{}|]/gu, '\\$&')
      .replaceAll('**', '\u0000')
      .replaceAll('*', '[^/]*')
      .replaceAll('\u0000', '.*')}$`,
    'u',
  );
  return all.some((entry) => pattern.test(entry));
}
