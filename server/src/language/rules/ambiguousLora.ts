import type { LoraFacts } from '../../shared/facts';
import { andList, compare } from '../domain/names';
import type { Rule } from './rule';
import { activeLoras } from './view/prompts';

/** A name that several files answer to. */
export const ambiguousLora: Rule = {
  id: 'ambiguous-lora',
  description: 'A LoRA name stands for more than one file.',
  tags: ['lora'],
  severity: 'warning',
  fixable: 'unsafe',
  check(context, _options, report) {
    const { loras } = context.environment;
    for (const block of context.blocks) {
      for (const { network } of activeLoras(block)) {
        if (network.name === '') continue;
        const { chosen, candidates } = loras.resolve(network.name);
        const files = [...new Map(candidates.map((lora) => [lora.file.relativePath, lora])).values()];
        if (files.length < 2 || sameContent(files) || winsByName(network.name, chosen, files)) continue;
        const paths = files.map((lora) => lora.file.relativePath).sort(compare);
        const shown = andList(paths.slice(0, 4)) + (paths.length > 4 ? ` and ${paths.length - 4} more` : '');
        const loaded = chosen
          ? `today \`${chosen.file.relativePath}\` is loaded, and another program, or the next file added, may change that`
          : 'none of them is loaded';
        report({
          range: network.nameRange,
          message: `\`${network.name}\` could mean ${shown}: ${loaded}. Rename one of the files, or write a name only one of them has.`,
          fixes: unmistakable(network.name, files, (name) => loras.resolve(name).candidates).map((name) => ({
            title: `Change to \`${name}\``,
            safe: false,
            edits: [{ range: network.nameRange, newText: name }],
          })),
        });
      }
    }
  },
};

/** The only file of that very name is loaded; others merely have the name as their alias, and are not loaded then. */
function winsByName(name: string, chosen: LoraFacts | undefined, files: readonly LoraFacts[]): boolean {
  return chosen?.file.name === name && files.filter((lora) => lora.file.name === name).length === 1;
}

/** Copies of one file are no ambiguity: whichever is loaded, the picture is the same. */
function sameContent(files: readonly LoraFacts[]): boolean {
  const first = files[0]?.file.hashes?.sha256;
  return first !== undefined && files.every((lora) => lora.file.hashes?.sha256 === first);
}

/** Names and aliases of the files that stand for one file only. */
function unmistakable(
  written: string,
  files: readonly LoraFacts[],
  resolve: (name: string) => readonly LoraFacts[],
): string[] {
  const names = files.flatMap((lora) =>
    lora.file.alias ? [lora.file.name, lora.file.alias] : [lora.file.name],
  );
  return [...new Set(names)].filter((name) => name !== written && resolve(name).length === 1).sort(compare);
}
