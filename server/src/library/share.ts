import type { LoraFacts } from '../shared/facts';

/** Fields whose values thousands of files have in common. */
const COMMON = [
  'reason',
  'networkType',
  'architecture',
  'family',
  'trainedOn',
  'license',
  'category',
  'candidates',
  'modules',
  'problems',
  'triggerWords',
] as const;

/** Values kept for sharing; what comes later keeps its own copy. */
const MAX_SHARED = 20_000;

/** Makes facts share one copy of equal values: a library of ten thousand files is mostly repetition. */
export function createSharing(): (facts: LoraFacts) => LoraFacts {
  const shared = new Map<string, unknown>();
  return (facts) => {
    const copy: Record<string, unknown> = { ...facts };
    for (const field of COMMON) {
      const value = copy[field];
      if (value === undefined) continue;
      const key = typeof value === 'string' ? `text ${value}` : JSON.stringify(value);
      const known = shared.get(key);
      if (known !== undefined) copy[field] = known;
      else if (shared.size < MAX_SHARED) shared.set(key, value);
    }
    return copy as unknown as LoraFacts;
  };
}
