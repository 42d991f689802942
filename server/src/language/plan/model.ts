import { architectureById, architectureTitle } from '../../shared/catalogue/architectures';
import type { ModelFacts, VaeFacts } from '../../shared/facts';
import type { PlanModel } from '../../shared/plan';
import { failure, type Result, success } from '../../shared/problem';
import { askedModel, findModel } from '../domain/models';
import type { Environment } from '../environment';
import { didYouMean } from './suggest';
import { type ChosenVae, vaeFor } from './vae';
import type { WrittenParameter } from './written';

/** The model of a plan together with what is known about it. */
export interface ChosenModel {
  readonly plan: PlanModel;
  readonly facts: ModelFacts;
  /** The file that its VAE is taken from, where it is not its own. */
  readonly vae?: VaeFacts;
}

/** The model that generates: the requested one, else the block's `Model`, else the configured base model. */
export function chooseModel(
  written: readonly WrittenParameter[],
  environment: Environment,
  vae: ChosenVae,
  requested?: string,
): Result<ChosenModel> {
  const lastOf = (wanted: string) => written.findLast(({ key }) => key === wanted)?.value;
  const name = requested ?? lastOf('Model');
  const hash = requested === undefined ? lastOf('Model hash') : undefined;
  const facts =
    askedModel(name, hash, environment) ?? (name === undefined ? environment.baseModel : undefined);
  if (facts === undefined && environment.engine) return notThere(environment.engine.name, name, environment);
  if (facts === undefined) {
    if (name === undefined)
      return failure(
        'no-model',
        'No base model is configured, and the block has no `Model`.',
        'Use the built-in model, or choose a checkpoint and set it as `baseModel`.',
      );
    const names = environment.models.map((known) => known.name);
    const fallback =
      environment.baseModel === undefined ? '' : ` Without it the block uses ${environment.baseModel.name}.`;
    return failure(
      'unknown-model',
      `The model ${name} is not configured.`,
      `${didYouMean(name, names)}Add its folder to \`modelPaths\` or itself to \`models\` in sdprompt.config.json, or remove \`Model\` from the block.${fallback}`,
    );
  }
  return checkModel(facts, vae, environment);
}

/** A model that an engine elsewhere does not have. */
function notThere(engine: string, name: string | undefined, environment: Environment): Result<never> {
  const names = environment.models.map((known) => known.name);
  if (name === undefined)
    return failure(
      'no-model',
      `The engine ${engine} has several models and says of none that it is loaded, and the block has no \`Model\`.`,
      `Write \`Model\` into the block: ${names.slice(0, 10).join(', ')}.`,
    );
  return failure(
    'unknown-model',
    `The engine ${engine} has no model ${name}.`,
    `${didYouMean(name, names)}Put the file into its folder of models, or change \`Model\` in the block.`,
  );
}

/**
 * A further model that a block names under `key`. The web UI writes these with a file's ending or a hash behind them,
 * which are no part of the name.
 */
export function chooseFurtherModel(
  key: string,
  written: string,
  environment: Environment,
  vae: ChosenVae,
): Result<ChosenModel> {
  const plain = written.replace(/\s*\[[0-9a-f]{8,}\]$/i, '');
  const facts = findModel(written, environment);
  if (facts !== undefined) return checkModel(facts, vae, environment);
  if (environment.engine) return notThere(environment.engine.name, written, environment);
  const names = environment.models.map((known) => known.name);
  return failure(
    'unknown-model',
    `The model ${written} of \`${key}\` is not configured.`,
    `${didYouMean(plain, names)}Add it to \`models\` in sdprompt.config.json, or remove \`${key}\` from the block.`,
  );
}

function checkModel(facts: ModelFacts, chosen: ChosenVae, environment: Environment): Result<ChosenModel> {
  if (facts.problem !== undefined) return { ok: false, problem: facts.problem };
  if (facts.cannotRun !== undefined) return { ok: false, problem: facts.cannotRun };
  if (facts.format === 'checkpoint' && !architectureById(facts.architecture ?? '')?.draws)
    return failure(
      'model-not-onnx',
      `The model ${facts.name} is a checkpoint of ${facts.architecture === undefined ? 'an unknown architecture' : architectureTitle(facts.architecture)}; pictures can be made with those of Stable Diffusion 1, 2 and XL.`,
      'Use such a checkpoint, a folder with ONNX files, or the built-in model.',
    );
  if (facts.format === 'declared' || facts.path === undefined)
    return failure(
      'model-without-files',
      `The model ${facts.name} is declared with an architecture only, so it can be checked but not run.`,
      'Set its `path` to a checkpoint or a folder with an ONNX model, or use the built-in model.',
    );
  const vae = vaeFor(facts, chosen, environment);
  const plan: PlanModel = {
    name: facts.name,
    path: facts.path,
    ...(facts.architecture === undefined ? {} : { architecture: facts.architecture }),
    ...(vae === undefined ? {} : { vae: vae.path }),
    ...(facts.hashes?.autoV2 === undefined ? {} : { hash: facts.hashes.autoV2 }),
  };
  return success({ plan, facts, ...(vae && { vae }) });
}
