import { mayHoldTag, type TagText, tagFrequency } from '../metadata/tags';

/** What tells a family of SDXL apart: never the tensors. */
export interface FamilyEvidence {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tags: TagText;
  /** Civitai's `baseModel`, from a sidecar. */
  readonly baseModel?: string;
}

/** `illustrious` after `noobai`: NoobAI's names often hold both words. */
const NAMES: readonly (readonly [pattern: RegExp, family: string])[] = [
  [/noob/, 'noobai'],
  [/illustrious|\bilxl\b|illus/, 'illustrious'],
  [/pony|autismmix/, 'pony'],
  [/animagine/, 'animagine'],
];

const PONY_TAGS = new Set(['score_9', 'score_8_up', 'score_7_up']);

/**
 * Family of an SDXL network (`pony`, `illustrious`, `noobai`, `animagine`). They all load on each other, so this is
 * information, never an error.
 */
export function familyOf({ metadata, tags, baseModel }: FamilyEvidence): string | undefined {
  const texts = [baseModel, metadata.ss_sd_model_name, metadata['modelspec.title']];
  for (const text of texts) {
    const lower = text?.slice(0, 300).toLowerCase();
    const family = lower && NAMES.find(([pattern]) => pattern.test(lower))?.[1];
    if (family) return family;
  }
  // The tags are long, so a look at the text decides whether they are worth reading.
  if (!mayHoldTag(tags, 'score_')) return undefined;
  return tagFrequency(tags).some(([tag]) => PONY_TAGS.has(tag)) ? 'pony' : undefined;
}

/** What the base model of an SDXL network predicts, where the file says so: `v` or the usual noise (`epsilon`). */
export function predictionOf(metadata: Readonly<Record<string, string>>): 'v' | 'epsilon' | undefined {
  const type = metadata['modelspec.prediction_type'];
  if (type === 'v' || /v[-_ ]?pred/i.test(metadata.ss_sd_model_name?.slice(0, 300) ?? '')) return 'v';
  return type === 'epsilon' ? 'epsilon' : undefined;
}
