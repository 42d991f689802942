import { readAlternatives } from '../dialects/dynamic/alternatives';
import { modelOf } from '../domain/models';
import type { Rule, RuleBlock, RuleContext, RuleFinding } from './rule';
import { cosineOf } from './support/measuredStack';
import { removalRange } from './support/removal';
import { activeLoras, type UsedLora } from './view/prompts';

/** From this cosine on two files make the same changes, but for rounding and size. */
const SAME = 0.999;

/** The same file twice in one prompt, or the same changes in two files. */
export const duplicateLora: Rule = {
  id: 'duplicate-lora',
  description: 'A block loads the same LoRA twice.',
  tags: ['lora'],
  severity: 'warning',
  fixable: 'unsafe',
  check(context, _options, report) {
    for (const block of context.blocks) {
      const first = new Map<string, UsedLora[]>();
      const active = activeLoras(block);
      const excludes = context.environment.dynamicPrompts
        ? readAlternatives(
            context.document.text,
            active.map(({ tag }) => tag.range.start),
          )
        : () => false;
      for (const used of active) {
        const { network } = used;
        if (network.name === '') continue;
        const file = context.environment.loras.resolve(network.name).chosen?.file.relativePath;
        const key = file ?? network.name;
        const earlier = first.get(key) ?? [];
        // Options of one choice are never loaded together.
        const before = earlier.find(({ tag }) => !excludes(tag.range.start, used.tag.range.start));
        if (!before) {
          first.set(key, [...earlier, used]);
          continue;
        }
        const under =
          before.network.name === network.name ? '' : ` (the same file as \`${before.network.name}\`)`;
        report({
          range: used.tag.range,
          message: `\`${network.name}\`${under} is loaded twice, and both weights are applied one after the other. Keep one tag, with the weight you want in all.`,
          fixes: [
            {
              title: 'Remove this tag',
              safe: false,
              edits: [{ range: removalRange(context.document, used.tag.range), newText: '' }],
            },
          ],
          related: [{ range: before.tag.range, message: 'First loaded here.' }],
        });
      }
      checkTwins(
        [...first.values()].map(([one]) => one!),
        block,
        context,
        report,
      );
    }
  },
};

/** Two files whose changes were measured and point the same way. */
function checkTwins(
  used: readonly UsedLora[],
  block: RuleBlock,
  { environment }: RuleContext,
  report: (finding: RuleFinding) => void,
): void {
  const { measured, loras } = environment;
  const model = measured && modelOf(block.tree, environment);
  if (!measured || !model) return;
  const files = used.map((one) => loras.resolve(one.network.name).chosen);
  for (const [at, one] of used.entries()) {
    const before = used.findIndex((_, index) => {
      const [a, b] = [files[index], files[at]];
      return index < at && a && b && (cosineOf(a, b, model, measured) ?? 0) >= SAME;
    });
    if (before < 0) continue;
    const { network, tag } = used[before]!;
    report({
      range: one.tag.range,
      severity: 'info',
      message: `\`${one.network.name}\` makes the same changes as \`${network.name}\`, so it is the same LoRA under two names, and both weights add up. Keep one tag.`,
      related: [{ range: tag.range, message: 'The same changes.' }],
    });
  }
}
