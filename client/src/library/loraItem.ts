import type { LoraFacts } from '../../../server/src/shared/facts';

/** One line of the LoRA library's pick list. `tag` is what choosing it writes; absent when it cannot be used. */
export interface LoraItem {
  readonly label: string;
  readonly description: string;
  readonly detail: string;
  readonly tag?: string;
  readonly path?: string;
}

const ICONS: Readonly<Record<LoraFacts['status'], string>> = {
  ok: '$(symbol-color)',
  broken: '$(error)',
  unread: '$(lock)',
  other: '$(file)',
};

/** Facts in the words of a list: what it is and fits, then how to use it or what is wrong with it. */
export function loraItem(facts: LoraFacts): LoraItem {
  const fits = facts.architecture ?? facts.candidates.join(' or ');
  const description = [
    fits,
    facts.networkType ?? (facts.kind === 'lora' ? undefined : facts.kind),
    facts.rank === undefined ? undefined : `rank ${facts.rank}`,
    facts.source === 'lockfile' ? 'from the lockfile, no file here' : undefined,
  ];
  const usable = facts.status === 'ok' && facts.kind === 'lora';
  const weight = facts.preferredWeight ?? 1;
  return {
    label: `${ICONS[facts.status]} ${facts.name}`,
    description: description.filter(Boolean).join(' · '),
    detail: detailOf(facts),
    ...(usable && { tag: `<lora:${facts.name}:${weight}>` }),
    ...(facts.path !== undefined && { path: facts.path }),
  };
}

function detailOf(facts: LoraFacts): string {
  if (facts.problem) return `${facts.problem.message} ${facts.problem.remedy}`;
  const words = facts.triggerWords.slice(0, 8).join(', ');
  const parts = [words && `Trigger words: ${words}`, facts.relativePath];
  return parts.filter(Boolean).join(' · ');
}
