import type { EngineDefinition } from '../../shared/engines';
import { failure, type Result, success } from '../../shared/problem';
import { type Engines, LOCAL } from './read';

/** Where an engine may be named, the strongest first. */
export interface EngineChoices {
  /** `--engine`. */
  readonly option?: string | undefined;
  /** `Engine:` of the block. */
  readonly block?: string | undefined;
  /** The editor's status bar. */
  readonly editor?: string | undefined;
  /** `"engine"` of the configuration. */
  readonly configuration?: string | undefined;
}

/** The engine that counts. A name that this machine does not define is a problem, and nothing else is taken instead. */
export function chooseEngine(
  engines: Engines,
  choices: EngineChoices,
  file: string,
): Result<EngineDefinition> {
  const name = choices.option ?? choices.block ?? choices.editor ?? choices.configuration;
  if (name === undefined) return success(LOCAL);
  const found = findEngine(engines, name);
  return found === undefined ? unknownEngine(engines, name, file) : success(found);
}

/** An engine by its name, in any case of letters where that is unambiguous. */
export function findEngine(engines: Engines, name: string): EngineDefinition | undefined {
  const exact = engines.get(name);
  if (exact) return exact;
  const alike = [...engines.values()].filter((one) => one.name.toLowerCase() === name.toLowerCase());
  return alike.length === 1 ? alike[0] : undefined;
}

/** @param file where engines are defined, for the message */
export function unknownEngine(engines: Engines, name: string, file: string): ReturnType<typeof failure> {
  return failure(
    'unknown-engine',
    `No engine \`${name}\` is defined on this machine. Defined: ${[...engines.keys()].join(', ')}.`,
    `Define it in ${file}, or name one of these.`,
  );
}
