import type { Target } from '../environment';

/** One `<lora:name:te:unet:dyn>` tag. */
export interface LoraMention {
  /** As written: the file's name or its alias. */
  readonly name: string;
  readonly te: number;
  readonly unet: number;
  readonly dyn: number | null;
}

/** All tags of one prompt that name the same LoRA in the same way, with the weights that the target applies in all. */
export interface LoraStrength<Mention extends LoraMention> extends LoraMention {
  /** In prompt order; never empty. */
  readonly mentions: readonly Mention[];
}

/** How a program applies a LoRA that a prompt names more than once. */
export type RepeatRule = 'last times count' | 'distinct weights add' | 'all weights add';

/**
 * AUTOMATIC1111 1.10.1 (extensions-builtin/Lora) keeps one object per written name, so the last weights count, once for
 * every mention. Forge (commit dfdcbab) keeps patches by file and weight, so equal weights count once. Both were run:
 * test/golden/a1111-real/lora-strength.json. The other programs are taken to apply each tag.
 */
const REPEAT_RULE: Readonly<Partial<Record<Target, RepeatRule>>> = {
  a1111: 'last times count',
  forge: 'distinct weights add',
};

/** How the target applies a LoRA that is named more than once. */
export function repeatRule(target: Target): RepeatRule {
  return REPEAT_RULE[target] ?? 'all weights add';
}

/**
 * The weights that a target applies for the LoRA tags of one prompt: one entry for every written name, in the order of
 * their first mention. A file under two names has two entries, whose weights add.
 *
 * @param fileOf what file a mention loads, as a text that is the same for the same file
 */
export function loraStrengths<Mention extends LoraMention>(
  mentions: readonly Mention[],
  target: Target,
  fileOf: (mention: Mention) => string,
): LoraStrength<Mention>[] {
  const rule = repeatRule(target);
  const byName = new Map<string, Mention[]>();
  for (const mention of mentions) {
    const earlier = byName.get(mention.name);
    if (earlier) earlier.push(mention);
    else byName.set(mention.name, [mention]);
  }
  const shares = rule === 'distinct weights add' ? distinctShares(mentions, fileOf) : undefined;
  return [...byName.values()].map((same) => {
    const last = same.at(-1)!;
    const dyn = target === 'forge' ? null : last.dyn;
    if (rule === 'last times count')
      return {
        name: last.name,
        te: last.te * same.length,
        unet: last.unet * same.length,
        dyn,
        mentions: same,
      };
    const share = (mention: Mention) => shares?.get(mention) ?? mention;
    return {
      name: last.name,
      te: same.reduce((sum, mention) => sum + share(mention).te, 0),
      unet: same.reduce((sum, mention) => sum + share(mention).unet, 0),
      dyn,
      mentions: same,
    };
  });
}

/** What all mentions come to, for a prompt whose mentions load one file. */
export function totalStrength(
  mentions: readonly LoraMention[],
  target: Target,
  fileOf: (mention: LoraMention) => string,
): { te: number; unet: number } {
  const entries = loraStrengths(mentions, target, fileOf);
  return {
    te: entries.reduce((sum, { te }) => sum + te, 0),
    unet: entries.reduce((sum, { unet }) => sum + unet, 0),
  };
}

/** What each mention adds where a file takes every weight once, text encoder and UNet apart. */
function distinctShares<Mention extends LoraMention>(
  mentions: readonly Mention[],
  fileOf: (mention: Mention) => string,
): Map<Mention, { te: number; unet: number }> {
  const taken = new Set<string>();
  const once = (part: string, file: string, weight: number): number => {
    const key = `${part}\n${weight}\n${file}`;
    if (taken.has(key)) return 0;
    taken.add(key);
    return weight;
  };
  return new Map(
    mentions.map((mention) => {
      const file = fileOf(mention);
      return [mention, { te: once('te', file, mention.te), unet: once('unet', file, mention.unet) }];
    }),
  );
}
