import type { LoraFacts } from '../../shared/facts';
import type { Rule } from './rule';
import { renamedFile, renameReferences } from './support/pinned';
import { activeLoras } from './view/prompts';

/** The file on this machine is not the one the repository has pinned. */
export const lockfileMismatch: Rule = {
  id: 'lockfile-mismatch',
  description: 'A LoRA differs from its entry in sdprompt.lock.json, or has none.',
  tags: ['lora', 'repository'],
  severity: 'warning',
  fixable: 'safe',
  check(context, _options, report) {
    const { lockfile, loras } = context.environment;
    if (!lockfile) return;
    for (const block of context.blocks) {
      for (const { network } of activeLoras(block)) {
        const lora = loras.resolve(network.name).chosen;
        if (lora?.file.source !== 'file') continue;
        const pinned = lockfile.find((entry) => entry.file.name === lora.file.name);
        if (!pinned) {
          report({
            range: network.nameRange,
            severity: 'info',
            message: `\`${network.name}\` is not in sdprompt.lock.json, so a machine without the file cannot check this prompt. Run \`sdprompt lock\`.`,
          });
          continue;
        }
        const difference = differs(pinned, lora);
        if (!difference) continue;
        const renamed = renamedFile(context.environment, lora.file.name);
        if (renamed) {
          report({
            range: network.nameRange,
            message: `\`${lora.file.relativePath}\` is not the file that sdprompt.lock.json pins: ${difference}. That file is now called \`${renamed.file.name}\`; rename the references, or run \`sdprompt lock\` to pin this one.`,
            fixes: [renameReferences(context, network.name, renamed.file.name)],
          });
          continue;
        }
        report({
          range: network.nameRange,
          message: `\`${lora.file.relativePath}\` is not the file that sdprompt.lock.json pins: ${difference}. The picture will differ from the one the repository means; restore the file, or run \`sdprompt lock\` to pin this one.`,
        });
      }
    }
  },
};

/** The strongest evidence that both sides have; undefined where there is none. */
function differs(pinned: LoraFacts, lora: LoraFacts): string | undefined {
  const a = pinned.file.hashes;
  const b = lora.file.hashes;
  if (a?.sha256 && b?.sha256) return unequal(a.sha256, b.sha256, 'SHA-256');
  // AutoV3 covers the tensors only: a file whose metadata was edited is still the same network.
  if (a?.autoV3 && b?.autoV3) return unequal(a.autoV3, b.autoV3, 'AutoV3');
  if (
    pinned.network.architecture &&
    lora.network.architecture &&
    pinned.network.architecture !== lora.network.architecture
  )
    return `it is made for ${lora.network.architecture}, not ${pinned.network.architecture}`;
  if (
    pinned.network.rank !== undefined &&
    lora.network.rank !== undefined &&
    pinned.network.rank !== lora.network.rank
  )
    return `its rank is ${lora.network.rank}, not ${pinned.network.rank}`;
  return undefined;
}

function unequal(pinned: string, found: string, what: string): string | undefined {
  if (pinned.toLowerCase() === found.toLowerCase()) return undefined;
  return `its ${what} is ${found.slice(0, 12)}, not ${pinned.slice(0, 12)}`;
}
