import {
  createScanner,
  findNodeAtLocation,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from 'jsonc-parser';
import { createLineIndex } from '../../language/text/lines';
import { MAX_JSON_DEPTH } from '../limits';
import type { ConfigProblem, RawConfiguration } from './configuration';
import { validateConfiguration } from './validate';

/** A configuration file's text, read and checked. */
export interface ReadConfiguration {
  /** What is usable: a property with an error in it is left out, the others count. */
  readonly raw: RawConfiguration;
  readonly problems: readonly ConfigProblem[];
  /** A problem at a value of the file, for checks that need more than the schema. */
  problemAt(path: readonly (string | number)[], code: string, message: string, remedy: string): ConfigProblem;
}

const SYNTAX: Readonly<Record<string, string>> = {
  CommaExpected: 'A comma is missing here.',
  ColonExpected: 'A colon is missing here.',
  CloseBraceExpected: 'A `}` is missing here.',
  CloseBracketExpected: 'A `]` is missing here.',
  ValueExpected: 'A value is missing here.',
  PropertyNameExpected: 'The name of a setting, in double quotes, is missing here.',
  EndOfFileExpected: 'There is text after the end of the configuration.',
  UnexpectedEndOfString: 'The closing quote is missing.',
  UnexpectedEndOfComment: 'The comment is not closed.',
};

/** Reads JSON with comments and trailing commas, and says where each problem is. Never throws. */
export function readConfiguration(file: string, text: string): ReadConfiguration {
  // An empty file is a configuration that says nothing, as people have while they begin to write one.
  const isBlank = text.trim() === '';
  const lines = createLineIndex(text);
  const place = (
    start: number,
    end: number,
    code: string,
    message: string,
    remedy: string,
  ): ConfigProblem => {
    const { line, character } = lines.positionAt(start);
    return { code, message, remedy, file, line: line + 1, column: character + 1, start, end };
  };

  const errors: ParseError[] = [];
  const tooDeep = firstTooDeep(text);
  if (tooDeep !== undefined)
    return {
      raw: {},
      problems: [
        place(
          tooDeep,
          tooDeep + 1,
          'config-syntax',
          `Values are nested more than ${MAX_JSON_DEPTH} deep here.`,
          'Correct the file; no setting is nested so deep.',
        ),
      ],
      problemAt: (_, code, message, remedy) => place(0, 0, code, message, remedy),
    };
  const tree = parseTree(text, errors, { allowTrailingComma: true });
  const problems = (isBlank ? [] : errors).map((error) =>
    place(
      error.offset,
      error.offset + error.length,
      'config-syntax',
      SYNTAX[printParseErrorCode(error.error)] ?? 'This is not JSON.',
      'Correct the file; it is JSON, comments allowed.',
    ),
  );

  const locate = (path: readonly (string | number)[], atKey = false): Node | undefined => {
    const node = tree && findNodeAtLocation(tree, [...path]);
    return atKey ? (node?.parent?.children?.[0] ?? node) : node;
  };
  const problemAt = (
    path: readonly (string | number)[],
    code: string,
    message: string,
    remedy: string,
    atKey = false,
  ): ConfigProblem => {
    const node = locate(path, atKey) ?? tree;
    const start = node?.offset ?? 0;
    // An object as a whole is marked by its opening brace only: a squiggle under the whole file helps nobody.
    const length = node?.type === 'object' ? 1 : (node?.length ?? 0);
    return place(start, start + length, code, message, remedy);
  };

  const value = tree ? toValue(tree) : undefined;
  // A file that does not parse gets its syntax errors only; what the schema says about half a file is noise.
  if (problems.length > 0 || isBlank) return { raw: {}, problems, problemAt };

  const schemaErrors = validateConfiguration(value);
  for (const error of schemaErrors) {
    problems.push(problemAt(error.path, 'config-invalid', error.message, error.remedy, error.atKey));
  }
  const bad = new Set(schemaErrors.map((error) => error.path[0]));
  const raw =
    typeof value === 'object' && value !== null && !Array.isArray(value) && !bad.has(undefined as never)
      ? Object.fromEntries(Object.entries(value).filter(([name]) => !bad.has(name)))
      : {};
  return { raw: raw as RawConfiguration, problems, problemAt };
}

/** The first bracket that is nested too deep: the parser is recursive and would run out of stack. */
function firstTooDeep(text: string): number | undefined {
  let depth = 0;
  const scanner = createScanner(text, true);
  for (scanner.scan(); scanner.getTokenLength() > 0; scanner.scan()) {
    const token = text[scanner.getTokenOffset()];
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
    if (depth > MAX_JSON_DEPTH) return scanner.getTokenOffset();
  }
  return undefined;
}

/** The value of a node; `__proto__` and friends stay plain keys. */
function toValue(node: Node): unknown {
  if (node.type === 'array') return (node.children ?? []).map(toValue);
  if (node.type !== 'object') return node.value;
  const entries = (node.children ?? []).flatMap((property): [string, unknown][] => {
    const [key, value] = property.children ?? [];
    return key && value ? [[String(key.value), toValue(value)]] : [];
  });
  return Object.fromEntries(entries);
}
