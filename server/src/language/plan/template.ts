import { type Result, success } from '../../shared/problem';
import { stripComments } from '../analysis/comments';
import { mapSlice } from '../analysis/mapped';
import { expandSeeds } from '../dialects/dynamic/expand';
import type { Environment } from '../environment';
import { strip } from '../text/python';

/** The keys under which the Dynamic Prompts extension keeps what a picture's prompts were chosen from. */
export const TEMPLATE = 'Template';
export const NEGATIVE_TEMPLATE = 'Negative Template';

/** What the prompts of a picture were chosen from; a side that was written plainly has none. */
export interface Templates {
  readonly positive?: string;
  readonly negative?: string;
}

/** A prompt as the picture is made with it. */
export interface ChosenText {
  readonly text: string;
  /** What was written, where that is a template. */
  readonly template?: string;
}

/** How the prompts of one picture are chosen. */
export interface Choice {
  readonly environment: Environment;
  /** False: the block's texts were chosen already, and their template stands beside them. */
  readonly expands: boolean;
  /** Seeds of the pictures of a batch up to this one. */
  readonly seeds: readonly number[];
  readonly warnings: string[];
}

/** The templates that a block names, because its prompts were chosen before; undefined where it names none. */
export function writtenTemplates(
  parameters: readonly { readonly key: string; readonly value: string }[],
): Templates | undefined {
  const positive = parameters.findLast(({ key }) => key === TEMPLATE)?.value;
  const negative = parameters.findLast(({ key }) => key === NEGATIVE_TEMPLATE)?.value;
  if (positive === undefined && negative === undefined) return undefined;
  return { ...(positive !== undefined && { positive }), ...(negative !== undefined && { negative }) };
}

/** The pairs that a picture's metadata holds about its templates. */
export function templatePairs({ positive, negative }: Templates): (readonly [string, string])[] {
  return [
    ...(positive === undefined ? [] : [[TEMPLATE, positive] as const]),
    ...(negative === undefined ? [] : [[NEGATIVE_TEMPLATE, negative] as const]),
  ];
}

/**
 * A prompt as it goes into the picture's metadata: without comments, with its tags. The picture is made from this text
 * and no other, so that reading the metadata back gives the same picture. With the dialect switched on, what is written
 * is a template, and the picture's seed chooses what it becomes.
 *
 * Errors: those of the dialect, `dynamic-syntax` for example.
 */
export function chooseText(
  text: string,
  { environment, expands, seeds, warnings }: Choice,
): Result<ChosenText> {
  const written = strip(text);
  if (!expands || written === '') return success({ text: withoutComments(written) });
  const expanded = expandSeeds(written, seeds, { wildcards: environment.readWildcard ?? (() => []) });
  if (!expanded.ok) return expanded;
  for (const name of expanded.value.missing)
    warnings.push(`No wildcard file is called \`${name}\`, so \`__${name}__\` stays in the prompt as it is.`);
  const chosen = expanded.value.prompts[seeds.length - 1] ?? '';
  return success({
    text: withoutComments(chosen),
    ...(chosen !== written && { template: written }),
  });
}

function withoutComments(text: string): string {
  return strip(stripComments(mapSlice(text, 0)).mapped.text);
}
