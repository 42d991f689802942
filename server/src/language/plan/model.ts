import type { ModelFacts } from '../../shared/facts';
import type { PlanModel } from '../../shared/plan';
import { failure, type Result, success } from '../../shared/problem';
import type { Environment } from '../environment';
import { didYouMean } from './suggest';

/** A parameter as it stands in a block. */
export interface WrittenParameter {
  readonly key: string;
  readonly value: string;
}

/** The model of a plan together with what is known about it. */
export interface ChosenModel {
  readonly plan: PlanModel;
  readonly facts: ModelFacts;
}

/** The model that generates: the requested one, else the block's `Model`, else the configured base model. */
export function chooseModel(
  written: readonly WrittenParameter[],
  environment: Environment,
  requested?: string,
): Result<ChosenModel> {
  const name = requested ?? written.findLast(({ key }) => key === 'Model')?.value;
  const facts = name === undefined ? environment.baseModel : findModel(name, environment);
  if (facts === undefined) {
    if (name === undefined)
      return failure(
        'no-model',
        'No base model is configured, and the block has no `Model`.',
        'Use the built-in model, or choose a folder with an ONNX model and set it as `baseModel`.',
      );
    const names = environment.models.map((known) => known.name);
    const fallback =
      environment.baseModel === undefined ? '' : ` Without it the block uses ${environment.baseModel.name}.`;
    return failure(
      'unknown-model',
      `The model ${name} is not configured.`,
      `${didYouMean(name, names)}Add it to \`models\` in sdprompt.config.json, or remove \`Model\` from the block.${fallback}`,
    );
  }
  return checkModel(facts);
}

function findModel(written: string, environment: Environment): ModelFacts | undefined {
  const known = [
    ...environment.models,
    ...(environment.baseModel === undefined ? [] : [environment.baseModel]),
  ];
  return (
    known.find(({ name }) => name === written) ??
    known.find(({ name }) => name.toLowerCase() === written.toLowerCase())
  );
}

function checkModel(facts: ModelFacts): Result<ChosenModel> {
  if (facts.problem !== undefined) return { ok: false, problem: facts.problem };
  if (facts.format === 'checkpoint')
    return failure(
      'model-not-onnx',
      `The model ${facts.name} is a checkpoint file; previews need a folder with ONNX files.`,
      'Export the checkpoint to ONNX with optimum and configure that folder, or use the built-in model.',
    );
  if (facts.format === 'declared' || facts.path === undefined)
    return failure(
      'model-without-files',
      `The model ${facts.name} is declared with an architecture only, so it can be checked but not run.`,
      'Set its `path` to a folder with an ONNX model, or use the built-in model.',
    );
  const plan: PlanModel = {
    name: facts.name,
    path: facts.path,
    ...(facts.architecture === undefined ? {} : { architecture: facts.architecture }),
  };
  return success({ plan, facts });
}
