import type { Rule } from './rule';
import { activeLoras } from './view/prompts';

/** The name is known, but the file cannot be used as a LoRA. */
export const unreadableLora: Rule = {
  id: 'unreadable-lora',
  description: 'A `<lora:…>` tag names a file that cannot be loaded as a LoRA.',
  tags: ['lora'],
  severity: 'error',
  fixable: 'no',
  check(context, _options, report) {
    for (const block of context.blocks) {
      for (const { network } of activeLoras(block)) {
        if (network.name === '') continue;
        const lora = context.environment.loras.resolve(network.name).chosen;
        if (!lora || (lora.network.status === 'ok' && lora.network.kind === 'lora')) continue;
        const place = lora.file.relativePath;
        if (lora.network.status === 'unread') {
          report({
            range: network.nameRange,
            severity: 'warning',
            message: `\`${place}\` is a pickle file, which can run code when it is opened, so sdprompt never reads it and cannot merge it. Convert it to .safetensors.`,
          });
          continue;
        }
        const why =
          lora.network.status === 'broken'
            ? (lora.file.problem?.message ?? 'its header cannot be read')
            : `it holds ${aKind(lora.network.kind)}, not a LoRA`;
        const remedy =
          lora.file.problem?.remedy ??
          (lora.network.status === 'broken'
            ? 'Download the file again, or name another one.'
            : 'Name another one, or remove the tag.');
        report({
          range: network.nameRange,
          message: `\`${place}\` cannot be loaded as a LoRA: ${lowerFirst(why).replace(/\.$/u, '')}. ${remedy}`,
        });
      }
    }
  },
};

function aKind(kind: string): string {
  if (kind === 'vae') return 'a VAE';
  if (kind === 'other' || kind === 'unknown') return 'something else';
  return `${/^[aeiou]/iu.test(kind) ? 'an' : 'a'} ${kind}`;
}

function lowerFirst(text: string): string {
  return /^[A-Z][a-z]/u.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}
