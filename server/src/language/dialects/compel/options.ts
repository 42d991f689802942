import type { CompelOptions } from './nodes';
import { type Match, readKeyword, readLiteral, readNumber, skipSpace } from './tokens';

/** What stands between the brackets of an operator. */
export interface Arguments {
  readonly named: CompelOptions;
  readonly flags: readonly string[];
}

/** Reads `name=value`, numbers and words separated by commas; an empty list is a list. */
export function readArguments(text: string, at: number): { readonly value: Arguments; readonly end: number } {
  const named: Record<string, number | string> = {};
  const flags: string[] = [];
  let end = at;
  for (;;) {
    const start = flags.length + Object.keys(named).length === 0 ? end : readLiteral(text, end, ',');
    const next = start === undefined ? undefined : readArgument(text, skipSpace(text, start));
    if (next === undefined) return { value: { named, flags }, end };
    const [name, value] = next.value;
    if (value === undefined) flags.push(name);
    else named[name] = value;
    end = next.end;
  }
}

function readArgument(text: string, at: number): Match<readonly [string, (number | string)?]> {
  const keyword = readKeyword(text, at);
  const equals = keyword && readLiteral(text, keyword.end, '=');
  if (keyword !== undefined && equals !== undefined) {
    const start = skipSpace(text, equals);
    const number = readNumber(text, start);
    if (number !== undefined) return { value: [keyword.value, Number(number.value)], end: number.end };
    const word = readKeyword(text, start);
    if (word !== undefined) return { value: [keyword.value, word.value], end: word.end };
  }
  const flag = readNumber(text, at) ?? keyword;
  return flag && { value: [flag.value], end: flag.end };
}
