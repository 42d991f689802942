import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Environment } from '../language/environment';
import { didYouMean } from '../language/plan/suggest';
import type { ModelFacts } from '../shared/facts';
import { failure, type Result, success } from '../shared/problem';
import type { Io } from './io';

/** The model by its name in the configuration, or by its path. */
export function chooseModel(
  io: Io,
  environment: Environment,
  written: string | undefined,
): Result<ModelFacts> {
  const { models, baseModel } = environment;
  const facts = written === undefined ? baseModel : models.find(({ name }) => name === written);
  const direct = written === undefined ? undefined : path.resolve(io.cwd, written);
  if (!facts && direct !== undefined && existsSync(direct))
    return success({ name: path.basename(direct), path: direct, format: 'onnx', source: 'the command line' });
  if (!facts)
    return written === undefined
      ? failure('no-model', 'No base model is configured.', 'Name a model or a folder with --model.')
      : failure(
          'unknown-model',
          `There is no model and no folder ${written}.`,
          `${didYouMean(
            written,
            models.map(({ name }) => name),
          )}Run: sdprompt models`,
        );
  if (facts.problem) return { ok: false, problem: facts.problem };
  if (facts.path === undefined)
    return failure(
      'model-without-files',
      `The model ${facts.name} is declared with an architecture only, so it has no weights.`,
      'Set its `path`, or name another model.',
    );
  return success(facts);
}
