import type { ModelFacts } from '../../shared/facts';
import type { Environment } from '../environment';
import type { Block, Parameter } from '../syntax/nodes';
import { compare, looseName } from './names';

/** The last parameter of a name, as the web UI reads it: a repeated key overwrites the one before. */
export function parameterOf(block: Block, key: string): Parameter | undefined {
  let found: Parameter | undefined;
  for (const parameter of block.parameters) if (parameter.key === key) found = parameter;
  return found;
}

/** A hash of a model as infotext has it: ten digits (AutoV2), or eight in old pictures; a whole SHA-256 begins with the ten. */
const HASH = /^(?:[0-9a-f]{8}|[0-9a-f]{10}|[0-9a-f]{64})$/iu;
/** The web UI's list shows `name.safetensors [hash]`, and people copy that. */
const TITLE = /^(.*\S)\s*\[([0-9a-f]{8,10})\]$/iu;

/**
 * A model by the name a prompt gives it: exact, else without case, extension and separators, else by its hash, alone or
 * in brackets behind a name that nobody has.
 */
export function findModel(name: string, environment: Environment): ModelFacts | undefined {
  const { models, baseModel } = environment;
  const known = baseModel === undefined || models.includes(baseModel) ? models : [...models, baseModel];
  const exact = known.find((model) => model.name === name);
  if (exact) return exact;
  const title = TITLE.exec(name);
  const loose = looseName(title?.[1] ?? name);
  return known.find((model) => looseName(model.name) === loose) ?? byHash(title?.[2] ?? name, known);
}

function byHash(written: string, models: readonly ModelFacts[]): ModelFacts | undefined {
  if (!HASH.test(written)) return undefined;
  const hash = written.toLowerCase();
  return models.find(({ hashes }) =>
    hash.length === 8
      ? hashes?.autoV1 === hash
      : hashes?.autoV2 !== undefined && hashes.autoV2 === hash.slice(0, 10),
  );
}

/**
 * The model a block asks for: by its `Model:`, and where that name is unknown by its `Model hash:`, which a renamed file
 * keeps. Undefined when it asks for none, or for one that is not here.
 */
export function askedModel(
  name: string | undefined,
  hash: string | undefined,
  environment: Environment,
): ModelFacts | undefined {
  const named = name === undefined ? undefined : findModel(name, environment);
  return named ?? (hash === undefined ? undefined : byHash(hash, environment.models));
}

/**
 * The base model that counts for a block: the one its `Model:` names, or the configured one when it names none.
 * Undefined when the named one is unknown: then nothing can be said about what fits.
 */
export function modelOf(block: Block, environment: Environment): ModelFacts | undefined {
  const named = parameterOf(block, 'Model')?.value;
  const asked = askedModel(named, parameterOf(block, 'Model hash')?.value, environment);
  return asked ?? (named === undefined ? environment.baseModel : undefined);
}

/** Model names for suggestions, in a stable order. */
export function modelNames(environment: Environment): string[] {
  return environment.models.map((model) => model.name).sort(compare);
}
