import { nearest, orList } from '../domain/names';
import type { Environment, Target } from '../environment';
import { isMisread } from './fullWidthPunctuation';
import type { Rule } from './rule';
import { loraByHash } from './support/hashesInParameters';
import { renamedFile, renameReferences } from './support/pinned';
import { activeLoras } from './view/prompts';

/** A LoRA that the target program would not find. */
export const unknownLora: Rule = {
  id: 'unknown-lora',
  aliases: ['missing-lora'],
  description: 'A `<lora:…>` tag names a LoRA that is not installed.',
  tags: ['lora'],
  severity: 'error',
  fixable: 'both',
  check(context, _options, report) {
    const { environment } = context;
    if (environment.loras.known === 'nothing') return;
    for (const block of context.blocks) {
      for (const { tag, network } of activeLoras(block)) {
        // `lora-name-unwritable` speaks of names that the tag itself has changed.
        if (network.name === '' || tag.args[0]?.key !== undefined || network.name !== network.name.trim())
          continue;
        if (/\\[()[\]_*]/u.test(network.name) && unescapes(network.name, environment)) continue;
        // `full-width-punctuation` speaks of `<lora:name：1>`.
        if (isMisread(network, environment)) continue;
        const found = environment.loras.resolve(network.name);
        if (found.chosen || found.candidates.length > 0) continue;
        const renamed = renamedFile(environment, network.name);
        if (renamed) {
          report({
            range: network.nameRange,
            message: `No LoRA called \`${network.name}\` was found in ${searched(environment)}: the file that sdprompt.lock.json pins under this name is now called \`${renamed.file.name}\`. Rename the references, or the file.`,
            fixes: [renameReferences(context, network.name, renamed.file.name)],
          });
          continue;
        }
        const meant = loraByHash(block.tree, network.name, environment);
        if (meant) {
          report({
            range: network.nameRange,
            message: `No LoRA called \`${network.name}\` was found in ${searched(environment)}: the file that \`Lora hashes\` give under this name is called \`${meant.file.name}\` here. Rename the references, or the file.`,
            fixes: [renameReferences(context, network.name, meant.file.name)],
          });
          continue;
        }
        const near = nearest(network.name, knownNames(environment));
        const hint = near.length > 0 ? ` Did you mean ${orList(near)}?` : '';
        report({
          range: network.nameRange,
          message: `No LoRA called \`${network.name}\` was found in ${searched(environment)}, ${consequence(environment.target)}${hint || ' Install it there, or remove the tag.'}`,
          fixes: near.map((name) => ({
            title: `Change to \`${name}\``,
            safe: false,
            edits: [{ range: network.nameRange, newText: name }],
          })),
        });
      }
    }
  },
};

/** What the target does without the file. A1111 1.10.1 and Forge were run: test/golden/a1111-real/lora-strength.json. */
function consequence(target: Target): string {
  if (target === 'forge') return 'and without it Forge loads no LoRA of the prompt at all.';
  return 'so the picture is made without it.';
}

/** `lora-name-unwritable` speaks of names with escapes in them. */
function unescapes(name: string, { loras }: Environment): boolean {
  return /\\[()[\]]/u.test(name) || loras.resolve(name.replace(/\\(?=[_*])/gu, '')).chosen !== undefined;
}

const names = new WeakMap<Environment['loras'], string[]>();

/** Names and aliases that the target really resolves. */
function knownNames(environment: Environment): string[] {
  const { loras } = environment;
  let list = names.get(loras);
  if (!list) {
    list = loras.all
      .filter((lora) => lora.network.kind === 'lora' && lora.network.status === 'ok')
      .flatMap((lora) => (lora.file.alias ? [lora.file.name, lora.file.alias] : [lora.file.name]))
      .filter((name) => loras.resolve(name).chosen);
    names.set(loras, list);
  }
  return list;
}

/** Where was looked, in words: the folders, or the lockfile that stands in for them. */
export function searched(environment: Environment): string {
  const places = environment.loras.searched ?? [];
  const count = environment.loras.all.length;
  const holds = `${count} LoRA${count === 1 ? '' : 's'}`;
  if (places.length === 0)
    return environment.loras.known === 'lockfile'
      ? `sdprompt.lock.json (${holds})`
      : `the LoRA folders (${holds})`;
  const shown = places.slice(0, 3).map((place) => `\`${place}\``);
  const more = places.length > 3 ? ` and ${places.length - 3} more folders` : '';
  return `${shown.join(', ')}${more} (${holds})`;
}
