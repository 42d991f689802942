import type { ModelFacts } from '../../../shared/facts';
import type { Environment } from '../../environment';
import type { Block, Parameter } from '../../syntax/nodes';
import { compare, looseName } from './names';

/** The last parameter of a name, as the web UI reads it: a repeated key overwrites the one before. */
export function parameterOf(block: Block, key: string): Parameter | undefined {
  let found: Parameter | undefined;
  for (const parameter of block.parameters) if (parameter.key === key) found = parameter;
  return found;
}

/** A model by the name a prompt gives it: exact, else without case, extension and separators. */
export function findModel(name: string, environment: Environment): ModelFacts | undefined {
  const exact = environment.models.find((model) => model.name === name);
  if (exact) return exact;
  const loose = looseName(name);
  return environment.models.find((model) => looseName(model.name) === loose);
}

/**
 * The base model that counts for a block: the one its `Model:` names, or the configured one when it names none.
 * Undefined when the named one is unknown: then nothing can be said about what fits.
 */
export function modelOf(block: Block, environment: Environment): ModelFacts | undefined {
  const named = parameterOf(block, 'Model');
  return named ? findModel(named.value, environment) : environment.baseModel;
}

/** Model names for suggestions, in a stable order. */
export function modelNames(environment: Environment): string[] {
  return environment.models.map((model) => model.name).sort(compare);
}
