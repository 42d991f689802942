import { type ParseError, parse, printParseErrorCode } from 'jsonc-parser';
import { ENGINE_TYPES, type EngineDefinition, LOCAL_ENGINE } from '../../shared/engines';
import type { Problem } from '../../shared/problem';

/** Engines by name. */
export type Engines = ReadonlyMap<string, EngineDefinition>;

export interface ReadEngines {
  readonly engines: Engines;
  /** What is wrong with entries that are left out; each names its entry. */
  readonly problems: readonly Problem[];
}

/** The engine that needs no definition. */
export const LOCAL: EngineDefinition = { name: LOCAL_ENGINE, type: 'local' };

const KEYS: ReadonlySet<string> = new Set(['type', 'url', '$comment']);
/** Keys under which people write what belongs into the environment or the secret store. */
const SECRET_KEY = /auth|password|secret|token|key|user/i;

/**
 * Reads the text of `engines.json`: JSON with comments, `{ "engines": { NAME: { "type": …, "url": … } } }`. An entry with a
 * mistake is left out and told; the others count.
 */
export function readEnginesFile(text: string): ReadEngines {
  const errors: ParseError[] = [];
  const value: unknown = parse(text, errors, { allowTrailingComma: true });
  const [error] = errors;
  if (text.trim() === '') return readEngines({});
  if (error !== undefined) {
    const line = text.slice(0, error.offset).split('\n').length;
    return {
      engines: new Map([[LOCAL.name, LOCAL]]),
      problems: [
        invalid(
          `It is no JSON (line ${line}: ${printParseErrorCode(error.error)}).`,
          'Correct the file; comments are allowed.',
        ),
      ],
    };
  }
  const inner = isObject(value) ? value.engines : undefined;
  if (!isObject(inner))
    return {
      engines: new Map([[LOCAL.name, LOCAL]]),
      problems: [
        invalid(
          'It has no object `engines`.',
          'Write { "engines": { "NAME": { "type": "a1111", "url": "http://127.0.0.1:7860" } } }.',
        ),
      ],
    };
  return readEngines(inner);
}

/** Reads the inner object: the value of `engines`, which is also that of the setting `sdprompt.engines`. */
export function readEngines(value: unknown): ReadEngines {
  const engines = new Map<string, EngineDefinition>([[LOCAL.name, LOCAL]]);
  const problems: Problem[] = [];
  for (const [name, entry] of isObject(value) ? Object.entries(value) : []) {
    const problem = entryProblem(name, entry);
    if (problem) problems.push(problem);
    else {
      const { type, url } = entry as Record<string, string>;
      engines.set(name, {
        name,
        type: type as EngineDefinition['type'],
        ...(url !== undefined && type !== 'local' && { url: url.trim().replace(/\/+$/, '') }),
      });
    }
  }
  return { engines, problems };
}

function entryProblem(name: string, entry: unknown): Problem | undefined {
  const at = `The engine \`${name}\``;
  if (!/^[\p{L}\p{N}][\p{L}\p{N} ._-]*$/u.test(name) || name.length > 64)
    return invalid(`${at} has a name that cannot be used.`, 'Use letters, digits, `-`, `_` and `.`.');
  if (!isObject(entry))
    return invalid(`${at} is no object.`, 'Write { "type": "a1111", "url": "http://…" }.');
  const { type, url } = entry;
  const secret = Object.keys(entry).find((key) => !KEYS.has(key) && SECRET_KEY.test(key));
  if (secret !== undefined) return secretInFile(at, name, `\`${secret}\``);
  const unknown = Object.keys(entry).find((key) => !KEYS.has(key));
  if (unknown !== undefined)
    return invalid(`${at} has an unknown key \`${unknown}\`.`, 'Possible are `type` and `url`.');
  if (!ENGINE_TYPES.some((known) => known === type))
    return invalid(
      `${at} has ${type === undefined ? 'no `type`' : `the unknown type ${JSON.stringify(type)}`}.`,
      `Possible are ${ENGINE_TYPES.map((known) => `\`${known}\``).join(', ')}.`,
    );
  if (type === 'local') return undefined;
  const target =
    typeof url === 'string' && /^https?:\/\//i.test(url.trim()) ? parseUrl(url.trim()) : undefined;
  if (target === undefined)
    return invalid(`${at} has no usable \`url\`.`, 'Write an address such as http://127.0.0.1:7860.');
  if (target.username !== '' || target.password !== '') return secretInFile(at, name, 'its address');
  if (target.search !== '' || target.hash !== '')
    return invalid(`${at} has a \`url\` with \`?\` or \`#\`.`, 'Write the address alone.');
  return undefined;
}

function secretInFile(at: string, name: string, where: string): Problem {
  return {
    code: 'engine-secret-in-file',
    message: `${at} has a secret in ${where}; secrets do not belong into a file.`,
    remedy: `Remove it, and set the environment variable ${secretVariable(name)}.`,
  };
}

/** The environment variable with an engine's secret: `SDPROMPT_ENGINE_<NAME>_AUTH`, other letters as `_`. */
export function secretVariable(name: string): string {
  return `SDPROMPT_ENGINE_${name.toUpperCase().replace(/[^A-Z0-9]/g, '_')}_AUTH`;
}

/** True for an address of this machine: what is sent there leaves it not. */
export function isLoopback(url: string): boolean {
  const host = parseUrl(url)?.hostname.toLowerCase() ?? '';
  return (
    host === 'localhost' ||
    host.endsWith('.localhost') ||
    host === '[::1]' ||
    /^127(\.\d{1,3}){3}$/.test(host)
  );
}

function parseUrl(url: string): URL | undefined {
  try {
    return new URL(url);
  } catch {
    return undefined;
  }
}

function invalid(what: string, remedy: string): Problem {
  return { code: 'engines-invalid', message: what, remedy };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
