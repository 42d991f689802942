import { ARCHITECTURES, architectureById, architectureFit } from '../../shared/catalogue/architectures';
import { remembered } from '../remembered';

/** What a text about a file claims its architecture to be. */
export interface Claim {
  readonly architecture: string;
  /** Where the claim stands: `ss_base_model_version`, `modelspec.architecture`, `baseModel` … */
  readonly source: string;
  /** As written. */
  readonly text: string;
}

/** Architecture named by a trainer, a model card or a web site; undefined when the name is not one we know. */
export function architectureOf(text: string): string | undefined {
  return architectureSpelled(text.slice(0, 200));
}

const architectureSpelled = remembered((text) => {
  const plain = text
    .toLowerCase()
    .split('/')[0]!
    .replace(/[_.\s]+/g, '-')
    .replace(/-lora$/, '');
  return ARCHITECTURES.find(({ spelled }) => spelled.test(plain))?.id;
});

/** What a file's own metadata claims, the most specific source first. */
export function claimOf(metadata: Readonly<Record<string, string>>): Claim | undefined {
  for (const source of ['ss_base_model_version', 'modelspec.architecture']) {
    const text = metadata[source];
    const architecture = text === undefined ? undefined : architectureOf(text);
    if (architecture !== undefined) return { architecture, source, text: text! };
  }
  if (metadata.ss_v2 === 'True') return { architecture: 'sd2', source: 'ss_v2', text: 'True' };
  return undefined;
}

/** True when a claim is not at odds with a verdict: trainers write one name for several architectures. */
export function agrees(claimed: string, architecture: string): boolean {
  return (
    architectureFit(claimed, architecture) === 'same' ||
    (architectureById(claimed)?.claimCovers?.includes(architecture) ?? false)
  );
}
