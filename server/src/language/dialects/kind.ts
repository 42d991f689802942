import { failure, type Result, success } from '../../shared/problem';

/** One layer or reader that can be run alone on a text, for comparison with the program it follows. */
export interface Kind {
  readonly name: string;
  run(input: unknown, options: Readonly<Record<string, unknown>>): Result<unknown>;
}

/** A kind whose input is one text. */
export function textKind(
  name: string,
  read: (text: string, options: Readonly<Record<string, unknown>>) => unknown,
): Kind {
  return {
    name,
    run: (input, options) =>
      typeof input === 'string' ? success(read(input, options)) : badInput(name, 'one text'),
  };
}

/** A kind whose input is an object. */
export function objectKind(
  name: string,
  read: (input: Readonly<Record<string, unknown>>, options: Readonly<Record<string, unknown>>) => unknown,
): Kind {
  return {
    name,
    run(input, options) {
      const object = typeof input === 'string' ? parseObject(input) : input;
      return typeof object === 'object' && object !== null && !Array.isArray(object)
        ? success(read(object as Record<string, unknown>, options))
        : badInput(name, 'a JSON object');
    },
  };
}

function parseObject(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function badInput(kind: string, wanted: string): Result<unknown> {
  return failure(
    'kind-input',
    `The kind ${kind} takes ${wanted}.`,
    'Pass the input in that form on standard input.',
  );
}

/** A number that JSON can hold: `nan` and `inf` become words, as in Python's own output. */
export function jsonNumber(value: number): number | string {
  if (Number.isNaN(value)) return 'nan';
  if (value === Number.POSITIVE_INFINITY) return 'inf';
  return value === Number.NEGATIVE_INFINITY ? '-inf' : value;
}

/** Weighted runs with numbers that JSON can hold. */
export function jsonRuns(
  runs: readonly (readonly [string, number])[],
): (readonly [string, number | string])[] {
  return runs.map(([text, weight]) => [text, jsonNumber(weight)]);
}

export function optionNumber(options: Readonly<Record<string, unknown>>, key: string): number | undefined {
  const value = options[key];
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** The positional arguments some kinds pass as `options.args`. */
export function optionArguments(options: Readonly<Record<string, unknown>>): readonly unknown[] {
  return Array.isArray(options.args) ? options.args : [];
}
