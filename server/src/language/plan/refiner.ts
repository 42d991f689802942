import type { ModelFacts } from '../../shared/facts';
import type { PlanLora, PlanRefiner } from '../../shared/plan';
import { type Problem, type Result, success } from '../../shared/problem';
import type { Environment } from '../environment';
import { chooseFurtherModel } from './model';
import type { ChosenVae } from './vae';
import { badParameter, createWritten, type WrittenParameter } from './written';

/** Where the web UI's slider stands. */
const DEFAULT_SWITCH = 0.8;

const PASSES: Readonly<Record<string, PlanRefiner['passes']>> = {
  'first pass': 'first',
  'second pass': 'second',
  'both passes': 'both',
};

/** Reads `Refiner`, `Refiner switch at` and what goes with them; undefined where the block has none, or it would do nothing. */
export function readRefiner(
  parameters: readonly WrittenParameter[],
  base: ModelFacts,
  loras: readonly PlanLora[],
  environment: Environment,
  vae: ChosenVae,
  warnings: string[],
): Result<PlanRefiner | undefined> {
  const problems: Problem[] = [];
  const written = createWritten(parameters, problems);
  const name = written.text('Refiner');
  if (name === undefined || name === 'None') return success(undefined);
  const switchAt = written.number('Refiner switch at', DEFAULT_SWITCH);
  const wanted = written.text('Hires refiner') ?? 'second pass';
  const passes = PASSES[wanted.toLowerCase()];
  if (passes === undefined)
    problems.push(badParameter('Hires refiner', wanted, `one of ${Object.keys(PASSES).join(', ')}`));
  const problem = problems[0];
  if (problem !== undefined) return { ok: false, problem };
  const model = chooseFurtherModel('Refiner', name, environment, vae);
  if (!model.ok) return model;
  const { facts, plan } = model.value;
  // At the end of the way there is nothing left to refine.
  if (plan.path === base.path || switchAt === 1 || passes === undefined) return success(undefined);
  const isSameKind = facts.architecture === base.architecture;
  if (!isSameKind && loras.length > 0)
    warnings.push(`The refiner ${plan.name} is another kind of model and runs without the LoRAs.`);
  return success({
    model: plan,
    switchAt,
    bySteps: /^true$/i.test(written.text('Refiner switch by sampling steps') ?? ''),
    passes,
    loras: isSameKind ? loras : [],
  });
}
