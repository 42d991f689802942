import type { Rule } from './rule';
import { activeLoras, type UsedLora } from './support/prompts';
import { removalRange } from './support/removal';

/** The same file twice in one prompt. */
export const duplicateLora: Rule = {
  id: 'duplicate-lora',
  description: 'A block loads the same LoRA twice.',
  tags: ['lora'],
  severity: 'warning',
  fixable: 'unsafe',
  check(context, _options, report) {
    for (const block of context.blocks) {
      const first = new Map<string, UsedLora>();
      for (const used of activeLoras(block)) {
        const { network } = used;
        if (network.name === '') continue;
        const file = context.environment.loras.resolve(network.name).chosen?.relativePath;
        const key = file ?? network.name;
        const before = first.get(key);
        if (!before) {
          first.set(key, used);
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
    }
  },
};
