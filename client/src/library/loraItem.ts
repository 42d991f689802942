import type { LoraFacts, LoraNetworkFacts } from '../../../server/src/shared/facts';

/** One line of the LoRA library's pick list. `tag` is what choosing it writes; absent when it cannot be used. */
export interface LoraItem {
  readonly label: string;
  readonly description: string;
  readonly detail: string;
  readonly tag?: string;
  readonly path?: string;
}

const ICONS: Readonly<Record<LoraNetworkFacts['status'], string>> = {
  ok: '$(symbol-color)',
  broken: '$(error)',
  unread: '$(lock)',
  other: '$(file)',
};

/** Facts in the words of a list: what it is and fits, then how to use it or what is wrong with it. */
export function loraItem(facts: LoraFacts): LoraItem {
  const fits = facts.network.architecture ?? facts.network.candidates.join(' or ');
  const description = [
    fits,
    facts.network.networkType ?? (facts.network.kind === 'lora' ? undefined : facts.network.kind),
    facts.network.rank === undefined ? undefined : `rank ${facts.network.rank}`,
    facts.file.source === 'lockfile' ? 'from the lockfile, no file here' : undefined,
  ];
  const usable = facts.network.status === 'ok' && facts.network.kind === 'lora';
  const weight = facts.file.preferredWeight ?? 1;
  return {
    label: `${ICONS[facts.network.status]} ${facts.file.name}`,
    description: description.filter(Boolean).join(' · '),
    detail: detailOf(facts),
    ...(usable && { tag: `<lora:${facts.file.name}:${weight}>` }),
    ...(facts.file.path !== undefined && { path: facts.file.path }),
  };
}

function detailOf(facts: LoraFacts): string {
  if (facts.file.problem) return `${facts.file.problem.message} ${facts.file.problem.remedy}`;
  const words = facts.file.triggerWords.slice(0, 8).join(', ');
  const parts = [words && `Trigger words: ${words}`, facts.file.relativePath];
  return parts.filter(Boolean).join(' · ');
}
