import type { LoraFacts, LoraHashes } from '../../../shared/facts';
import type { Environment } from '../../environment';
import type { Fix, RuleContext } from '../rule';
import { activeLoras } from '../view/prompts';

/**
 * The installed file that has the content which the lockfile pins under a name, where it is now called something else.
 * Only files that have been hashed can be told.
 */
export function renamedFile({ loras, lockfile }: Environment, name: string): LoraFacts | undefined {
  const pinned = lockfile?.find((entry) => entry.file.name === name)?.file.hashes;
  if (!pinned) return undefined;
  return loras.all.find(
    (lora) =>
      lora.file.source === 'file' &&
      lora.network.status === 'ok' &&
      lora.file.name !== name &&
      isSameFile(pinned, lora.file.hashes) &&
      loras.resolve(lora.file.name).chosen === lora,
  );
}

/** Metadata may have been edited since: the tensors, which AutoV3 covers, are what makes the picture. */
function isSameFile(pinned: LoraHashes, found: LoraHashes | undefined): boolean {
  const same = (a: string | undefined, b: string | undefined) =>
    a !== undefined && a.toLowerCase() === b?.toLowerCase();
  return same(pinned.sha256, found?.sha256) || same(pinned.autoV3, found?.autoV3);
}

/** Writes another name into every tag of the document that loads a LoRA by this one. */
export function renameReferences(context: RuleContext, from: string, to: string): Fix {
  const tags = context.blocks.flatMap((block) => [...activeLoras(block)]);
  return {
    title: `Rename references to \`${to}\``,
    safe: true,
    edits: tags
      .filter(({ network }) => network.name === from)
      .map(({ network }) => ({ range: network.nameRange, newText: to })),
  };
}
