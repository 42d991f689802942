import type { Target } from '../environment';
import { withoutComments } from '../syntax/withoutComments';
import type { Rule } from './rule';
import { type ForeignSyntax, foreignSyntaxOf } from './support/foreignWeights';

/** Programs that condition with compel and read its signs. */
const COMPEL: ReadonlySet<Target> = new Set(['invokeai']);
/** Programs that take `{x}` for a choice with one option and drop the braces. */
const DROPS_BRACES: ReadonlySet<Target> = new Set(['comfyui', 'krita', 'invokeai']);

/** NovelAI's, compel's and Midjourney's own ways to weigh words. */
export const foreignWeight: Rule = {
  id: 'foreign-weight',
  description: 'Words are weighed as NovelAI, compel or Midjourney do it, which the target does not read.',
  tags: ['weight', 'portability'],
  severity: 'warning',
  fixable: 'both',
  check(context, _options, report) {
    const { target, dynamicPrompts } = context.environment;
    if (!/[{)]|::|\+\+|--/u.test(context.document.text)) return;
    const text = withoutComments(context.document);
    for (const view of context.prompts) {
      for (const found of foreignSyntaxOf(view, text, dynamicPrompts)) {
        if (found.program === 'compel' && COMPEL.has(target)) continue;
        report({
          range: found.range,
          ...(isWeak(found) && { severity: 'info' as const }),
          message: `This is ${found.what}; here ${effect(found, target)}. ${remedy(found, target)}`,
          fixes: found.fix && !COMPEL.has(target) ? [found.fix] : [],
        });
      }
    }
  },
};

/** One brace may be a habit without a purpose, and Midjourney's options cost words only. */
function isWeak(found: ForeignSyntax): boolean {
  return found.program === 'Midjourney' || found.what.startsWith('a brace');
}

function effect({ program, what }: ForeignSyntax, target: Target): string {
  if (program === 'Midjourney') return 'it is sent to the model as words';
  if (what.includes('brace') && DROPS_BRACES.has(target)) return 'the braces are dropped and weigh nothing';
  return 'it weighs nothing, and its characters are sent to the model as words';
}

function remedy({ meant, program }: ForeignSyntax, target: Target): string {
  if (program === 'Midjourney') return 'Remove it; size, seed and model belong to the parameters.';
  if (meant === undefined) return 'Put the words into the negative prompt, or leave the signs out.';
  if (!COMPEL.has(target)) return `Write \`${meant}\`.`;
  return `Write \`${meant.replace(/:([\d.]+)\)$/u, ')$1')}\`.`;
}
