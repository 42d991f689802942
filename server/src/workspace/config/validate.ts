import { Ajv, type ErrorObject, type Options, type ValidateFunction } from 'ajv';
import { nearestNames } from '../../language/plan/suggest';
import { configSchema } from './schema';

/** What is wrong at one place of a configuration value. */
export interface SchemaError {
  /** Property names and indices from the root to the value. */
  readonly path: readonly (string | number)[];
  /** True: the property's name is wrong, not its value. */
  readonly atKey: boolean;
  readonly message: string;
  readonly remedy: string;
}

let compiled: ValidateFunction | undefined;

/**
 * Compiling takes a third of the time where ajv does not check the schema itself, which is ours and tested, and where
 * code that runs once is not made to run fast.
 */
const CHOICE: Options = {
  allErrors: true,
  allowUnionTypes: true,
  strict: false,
  verbose: true,
  validateSchema: false,
  meta: false,
  inlineRefs: false,
  code: { optimize: false },
};

/** Checks a parsed configuration against the schema. One error per place, in words. */
export function validateConfiguration(value: unknown): SchemaError[] {
  // Compiled on first use: a run without a configuration file need not pay for it.
  compiled ??= new Ajv(CHOICE).compile(configSchema());
  if (compiled(value)) return [];
  return describeErrors(compiled.errors ?? []);
}

function describeErrors(errors: readonly ErrorObject[]): SchemaError[] {
  const byPlace = new Map<string, SchemaError>();
  // A failed `anyOf` reports every alternative and then itself; the alternatives' own words are kept when there is
  // only one way to read the value, otherwise the place gets one sentence for all of them.
  const unions = errors
    .filter((error) => error.keyword === 'anyOf' || error.keyword === 'oneOf')
    .map((error) => error.instancePath);
  for (const error of errors) {
    if (error.keyword === 'if') continue;
    const path = splitPointer(error.instancePath);
    const insideUnion = unions.some((place) => error.instancePath === place && error.keyword !== 'anyOf');
    if (insideUnion && error.keyword !== 'additionalProperties') continue;
    const described = describeError(error, path);
    const key = JSON.stringify([described.path, described.atKey]);
    if (!byPlace.has(key)) byPlace.set(key, described);
  }
  return [...byPlace.values()];
}

function describeError(error: ErrorObject, path: (string | number)[]): SchemaError {
  const name = path.length > 0 ? `\`${path.join('.')}\`` : 'The configuration';
  switch (error.keyword) {
    case 'additionalProperties': {
      const property = String(error.params.additionalProperty);
      const known = Object.keys((error.parentSchema?.properties as object | undefined) ?? {});
      const what = path.at(-1) === 'rules' ? 'rule' : 'setting';
      const guess = nearestNames(property, known)[0];
      if (property === 'engines' && path.length === 0)
        return {
          path: [property],
          atKey: true,
          message: 'Engines are not defined here: a configuration can only name one.',
          remedy:
            'Define them in the `engines.json` of your machine (docs/engines.md), and name one here with `engine`.',
        };
      return {
        path: [...path, property],
        atKey: true,
        message: `There is no ${what} \`${property}\`.`,
        remedy: guess ? `Did you mean \`${guess}\`?` : 'Remove it, or correct its name.',
      };
    }
    case 'enum': {
      const allowed = (error.params.allowedValues as unknown[]).map(String);
      const guess = nearestNames(String(error.data), allowed)[0];
      return {
        path,
        atKey: false,
        message: `${name} cannot be ${JSON.stringify(error.data)}.`,
        remedy: `${guess ? `Did you mean \`${guess}\`? ` : ''}Possible are ${allowed.map((item) => `\`${item}\``).join(', ')}.`,
      };
    }
    case 'type':
      return {
        path,
        atKey: false,
        message: `${name} must be ${withArticle(String(error.params.type))}.`,
        remedy: 'Correct the value.',
      };
    case 'required':
      return {
        path,
        atKey: false,
        message: `${name} lacks \`${String(error.params.missingProperty)}\`.`,
        remedy: 'Add it.',
      };
    case 'anyOf':
    case 'oneOf':
      return {
        path,
        atKey: false,
        message: `${name} has a value that is not possible here.`,
        remedy: path.includes('rules')
          ? 'Write `off`, `hint`, `info`, `warning`, `error`, or `[level, options]`.'
          : 'Write a text or a list of texts.',
      };
    default:
      return {
        path,
        atKey: false,
        message: `${name} ${error.message ?? 'is not valid'}.`,
        remedy: 'Correct the value.',
      };
  }
}

function withArticle(type: string): string {
  return /^[aeio]/.test(type) ? `an ${type}` : `a ${type === 'string' ? 'text in quotes' : type}`;
}

function splitPointer(pointer: string): (string | number)[] {
  if (pointer === '') return [];
  return pointer
    .slice(1)
    .split('/')
    .map((part) => part.replace(/~1/g, '/').replace(/~0/g, '~'))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}
