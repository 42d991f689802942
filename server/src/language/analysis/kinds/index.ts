import { failure, type Result } from '../../../shared/problem';
import { A1111_KINDS } from './a1111';
import { COMPEL_KINDS } from './compel';
import { DIALECT_KINDS } from './dialects';
import { DYNAMIC_KINDS } from './dynamicPrompts';
import { INFOTEXT_KINDS } from './infotexts';
import type { Kind } from './kind';
import { KRITA_KINDS } from './krita';
import { LORA_KINDS } from './loras';
import { OTHER_PARSER_KINDS } from './otherParsers';

const ALL: readonly Kind[] = [
  ...A1111_KINDS,
  ...LORA_KINDS,
  ...DIALECT_KINDS,
  ...INFOTEXT_KINDS,
  ...KRITA_KINDS,
  ...COMPEL_KINDS,
  ...DYNAMIC_KINDS,
  ...OTHER_PARSER_KINDS,
];
const BY_NAME: ReadonlyMap<string, Kind> = new Map(ALL.map((kind) => [kind.name, kind]));

/** Names `runKind` knows, for messages and for tests. */
export const KINDS: readonly string[] = ALL.map((kind) => kind.name);

/**
 * Runs one layer on one input and returns its result as plain JSON. What the program itself would refuse is a value with
 * an `error`; only an unknown kind or an input of the wrong type is a problem.
 */
export function runKind(
  kind: string,
  input: unknown,
  options: Readonly<Record<string, unknown>> = {},
): Result<unknown> {
  const found = BY_NAME.get(kind);
  if (found === undefined)
    return failure('unknown-kind', `There is no kind ${kind}.`, `Use one of: ${KINDS.join(', ')}.`);
  return found.run(input, options);
}
