import { distance } from 'fastest-levenshtein';
import { KNOWN_PARAMETER_KEYS } from '../syntax/parameterKeys';
import type { Rule } from './rule';

interface Options {
  readonly known: readonly string[];
}

/** Keys that look like a slip of a known one. Other unknown keys belong to extensions and are kept as they are. */
export const unknownParameter: Rule<Options> = {
  id: 'unknown-parameter',
  description: 'A parameter is spelled almost, but not quite, like a known one.',
  tags: ['parameters'],
  severity: 'warning',
  fixable: 'safe',
  options: {
    properties: {
      known: {
        type: 'array',
        items: { type: 'string' },
        default: [],
        description: 'Keys of your own tools that are not to be reported.',
      },
    },
  },
  check(context, options, report) {
    for (const { tree } of context.blocks) {
      // A line without any known key is most likely no parameter line at all; `infotext-would-not-parse` says so.
      if (!tree.parameters.some(({ key }) => KNOWN_PARAMETER_KEYS.has(key))) continue;
      const present = new Set(tree.parameters.map(({ key }) => key));
      for (const { key, keyRange } of tree.parameters) {
        if (KNOWN_PARAMETER_KEYS.has(key) || options.known.includes(key)) continue;
        const meant = slipOf(key);
        if (meant === undefined || present.has(meant)) continue;
        report({
          range: keyRange,
          message: `No parameter is called \`${key}\`, so its value is ignored. Did you mean \`${meant}\`?`,
          fixes: [
            { title: `Change to \`${meant}\``, safe: true, edits: [{ range: keyRange, newText: meant }] },
          ],
        });
      }
    }
  },
};

/** The known key that differs by case, blanks, or a letter or two. A key that ends in a digit is one of a series. */
function slipOf(key: string): string | undefined {
  if (/\d$/u.test(key)) return undefined;
  const squeeze = (name: string): string => name.toLowerCase().replace(/[\s_-]+/gu, '');
  const written = squeeze(key);
  let best: string | undefined;
  let least = (written.length < 4 ? 0 : written.length < 6 ? 1 : 2) + 1;
  for (const known of KNOWN_PARAMETER_KEYS) {
    const edits =
      known.length < 4 ? (squeeze(known) === written ? 0 : least) : distance(written, squeeze(known));
    if (edits >= least) continue;
    best = known;
    least = edits;
  }
  return best;
}
