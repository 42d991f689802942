import type { PlanInit } from '../../shared/plan';
import { failure, type Problem, type Result, success } from '../../shared/problem';
import type { WrittenParameter } from './written';
import { createWritten } from './written';

/** The key that names the picture to start from. */
export const INIT_IMAGE = 'Init image';
/** What the web UI's slider stands at. */
const DEFAULT_STRENGTH = 0.75;

/** The picture to start from, and its name as the block has it. */
export interface ChosenInit {
  readonly plan: PlanInit;
  readonly written: string;
}

/**
 * Reads `Init image` and `Denoising strength`. The name counts from the prompt file's folder, which only the caller
 * knows; without it the key is not used, with a warning.
 */
export function readInit(
  parameters: readonly WrittenParameter[],
  resolveFile: ((name: string) => string) | undefined,
  warnings: string[],
): Result<ChosenInit | undefined> {
  const problems: Problem[] = [];
  const written = createWritten(parameters, problems);
  const name = written.text(INIT_IMAGE);
  if (name === undefined) return success(undefined);
  // A share on another machine, or an address: opening one would tell somebody that it was opened.
  if (/^([\\/]{2}|\w{2,}:)/.test(name))
    return failure(
      'bad-init-image',
      `\`${INIT_IMAGE}: ${name}\` is no file of this machine.`,
      'Name a PNG, JPEG or WebP file relative to the prompt file.',
    );
  if (resolveFile === undefined) {
    warnings.push(`\`${INIT_IMAGE}\` is not used here: the prompt has no file of its own.`);
    return success(undefined);
  }
  const strength = written.number('Denoising strength', DEFAULT_STRENGTH);
  const problem = problems[0];
  if (problem !== undefined) return { ok: false, problem };
  return success({ written: name, plan: { path: resolveFile(name), strength } });
}
