import type { Network } from '../analysis/resolved';
import { readAlternatives } from '../dialects/dynamic/alternatives';
import { repeatRule, totalStrength } from '../domain/loraStrength';
import { modelOf } from '../domain/models';
import { shortNumber } from '../domain/numbers';
import type { Target } from '../environment';
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
      const files = new Map(
        active.map((used) => [
          used,
          context.environment.loras.resolve(used.network.name).chosen?.file.relativePath ?? used.network.name,
        ]),
      );
      const excludes = context.environment.dynamicPrompts
        ? readAlternatives(
            context.document.text,
            active.map(({ tag }) => tag.range.start),
          )
        : () => false;
      for (const used of active) {
        const { network } = used;
        if (network.name === '') continue;
        const key = files.get(used) ?? network.name;
        const earlier = first.get(key) ?? [];
        // Options of one choice are never loaded together.
        const before = earlier.find(({ tag }) => !excludes(tag.range.start, used.tag.range.start));
        if (!before) {
          first.set(key, [...earlier, used]);
          continue;
        }
        const under =
          before.network.name === network.name ? '' : ` (the same file as \`${before.network.name}\`)`;
        const together = active
          .filter((other) => (files.get(other) ?? '') === key)
          .filter((other) => other === used || !excludes(other.tag.range.start, used.tag.range.start))
          .map((other) => other.network);
        report({
          range: used.tag.range,
          message: `\`${network.name}\`${under} is loaded twice: ${inAll(together, key, context.environment.target)}. Keep one tag, with the weight you want in all.`,
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

/** What the target makes of several tags of one file, in words. */
function inAll(networks: readonly Network[], file: string, target: Target): string {
  const { te, unet } = totalStrength(networks, target, () => file);
  if (!Number.isFinite(te) || !Number.isFinite(unet)) return 'its weights would be applied together';
  const total =
    te === unet
      ? `${shortNumber(te)} in all`
      : `${shortNumber(te)} in all for the text encoder and ${shortNumber(unet)} for the UNet`;
  switch (repeatRule(target)) {
    case 'last times count':
      return `AUTOMATIC1111 applies the last weight under a name once for every tag, ${total}`;
    case 'distinct weights add':
      return `Forge adds the weights, equal ones only once, ${total}`;
    default:
      return `the weights add, ${total}`;
  }
}

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
