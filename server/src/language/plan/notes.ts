import { catalogueParameter } from '../../shared/catalogue/treatments';
import type { WrittenParameter } from './written';

/** Which parts a plan has, that some parameters belong to. */
export interface PlanParts {
  readonly hasInit: boolean;
  readonly hasHires: boolean;
  readonly hasRefiner: boolean;
  /** Another program draws the picture: it may do what the built-in engine does not. */
  readonly isElsewhere: boolean;
}

/** Notes about parameters that change the picture of another program and not this one. */
export function unusedParameters(parameters: readonly WrittenParameter[], parts: PlanParts): string[] {
  const notes = parameters
    .filter(({ key, value }) => isUnused(key, value, parts))
    .map(({ key }) => `\`${key}\` is not used by the preview.`);
  if (parts.isElsewhere) return [...new Set(notes)];
  const unknown = parameters.map(({ key }) => key).filter((key) => catalogueParameter(key) === undefined);
  return [...new Set([...notes, ...extensionNotes(unknown)])];
}

function isUnused(
  key: string,
  value: string,
  { hasInit, hasHires, hasRefiner, isElsewhere }: PlanParts,
): boolean {
  if (key === 'Denoising strength') return !hasInit && !hasHires;
  if (key === 'Noise multiplier') return !hasInit;
  if (key === 'Extra noise') return !hasInit && !hasHires;
  if (key === 'Hires refiner') return !hasHires || !hasRefiner;
  if (key.startsWith('Hires ')) return !hasHires || catalogueParameter(key)?.here === 'told';
  if (key.startsWith('Refiner')) return !hasRefiner;
  const known = catalogueParameter(key);
  return known?.here === 'told' && !isElsewhere && !known.neutral?.includes(value.trim());
}

/** One note for all keys of an extension, which begin with the same word. */
function extensionNotes(keys: readonly string[]): string[] {
  const groups = new Map<string, string[]>();
  for (const key of keys) {
    const first = key.split(' ')[0]!;
    groups.set(first, [...(groups.get(first) ?? []), key]);
  }
  return [...groups.values()].map((group) => {
    const names = group.map((key) => `\`${key}\``).join(', ');
    return group.length === 1
      ? `${names} is not known, and not used by the preview.`
      : `${names} are not known, and not used by the preview.`;
  });
}
