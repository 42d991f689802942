import { acceptedRange, type RangedKey } from '../../shared/catalogue/parameters';
import type { Problem } from '../../shared/problem';
import { parseFloatPython, parseIntPython, strip } from '../text/python';

/** A parameter as it stands in a block. */
export interface WrittenParameter {
  readonly key: string;
  readonly value: string;
}

/** The parameters of a block by key: the last of several counts, and an empty value is none. */
export interface Written {
  text(key: string): string | undefined;
  /** Undefined where nothing is written; a problem is noted, and the fallback given, for what is no number. */
  number(key: RangedKey, fallback: number): number;
  whole(key: RangedKey, fallback: number): number;
}

/** Reads parameters one by one; what cannot be used is noted in `problems`. */
export function createWritten(parameters: readonly WrittenParameter[], problems: Problem[]): Written {
  const text = (key: string) => {
    const value = parameters.findLast((parameter) => parameter.key === key)?.value;
    return value === undefined || strip(value) === '' ? undefined : strip(value);
  };
  const read = (
    key: RangedKey,
    fallback: number,
    parse: (value: string) => number | undefined,
    what: string,
  ) => {
    const { min, max } = acceptedRange(key);
    const value = text(key);
    const found = value === undefined ? fallback : parse(value);
    if (found !== undefined && found >= min && found <= max) return found;
    problems.push(badParameter(key, value ?? '', `${what} from ${min} to ${max}`));
    return fallback;
  };
  return {
    text,
    number: (key, fallback) => read(key, fallback, parseFloatPython, 'a number'),
    whole: (key, fallback) => read(key, fallback, parseIntPython, 'a whole number'),
  };
}

export function badParameter(key: string, value: string, wanted: string): Problem {
  return {
    code: 'bad-parameter',
    message: `\`${key}: ${value}\` cannot be used: ${wanted} is needed.`,
    remedy: `Change \`${key}\`, or remove it to get the default.`,
  };
}
