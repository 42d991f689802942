import type { LoraFacts } from '../../../shared/facts';

/**
 * Trigger words that somebody wrote down as such. Words counted from training captions (`tag frequency`) are what the
 * pictures show as often as what calls them up, so nothing is demanded of a prompt on their account.
 */
export function firmTriggers(lora: LoraFacts): string[] {
  if (lora.network.triggerSource === undefined || /frequency/iu.test(lora.network.triggerSource)) return [];
  return lora.file.triggerWords
    .map((word) => word.trim().replace(/^[,\s]+|[,\s]+$/gu, ''))
    .filter((word) => word !== '');
}
