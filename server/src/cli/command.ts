import { parseArgs } from 'node:util';
import { didYouMean } from '../language/plan/suggest';
import type { Problem } from '../shared/problem';
import type { Io } from './io';

/** One option, as `node:util` parses it, with its line of help. */
export interface OptionSpec {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  readonly multiple?: boolean;
  /** Name of the value in the help text. */
  readonly value?: string;
  readonly help: string;
}

/** A command as the overview lists it. Its code is loaded when it is called, so that `--version` does not wait for all. */
export interface CommandEntry {
  readonly name: string;
  /** One line for the overview. */
  readonly summary: string;
  load(): Promise<Command>;
}

/** One command: one file in `commands/`, named in its index. */
export interface Command {
  /** What follows the command's name: `[globs…]`. */
  readonly usage: string;
  readonly options: Readonly<Record<string, OptionSpec>>;
  run(invocation: Invocation): Promise<number>;
}

export interface Invocation {
  readonly io: Io;
  readonly positionals: readonly string[];
  flag(name: string): boolean;
  text(name: string): string | undefined;
  list(name: string): readonly string[];
}

/** A usage mistake: the message of `parseArgs` says which argument it was. */
export class UsageError extends Error {}

/** Prints a problem with its next step. */
export function printProblem(io: Io, problem: Problem): void {
  io.stderr.write(`sdprompt: ${problem.message}\n  ${problem.remedy}\n`);
}

/** Splits the arguments of a command; throws `UsageError` for what it does not know. */
export function invoke(command: Command, args: readonly string[], io: Io): Invocation {
  const options = Object.fromEntries(
    Object.entries(command.options).map(([name, { type, short, multiple }]) => [
      name,
      { type, ...(short && { short }), ...(multiple && { multiple }) },
    ]),
  );
  try {
    const parsed = parseArgs({
      args: joinNegativeNumbers(command, args),
      options,
      allowPositionals: true,
      strict: true,
    });
    const values: Readonly<Record<string, unknown>> = parsed.values;
    return {
      io,
      positionals: parsed.positionals,
      flag: (name) => values[name] === true,
      text: (name) => (typeof values[name] === 'string' ? values[name] : undefined),
      list: (name) => (Array.isArray(values[name]) ? (values[name] as string[]) : []),
    };
  } catch (error) {
    throw new UsageError(explain(command, error));
  }
}

/** Node's own words, but for a misspelt option, where they miss what helps. */
function explain(command: Command, error: unknown): string {
  const { code, message = String(error) } = error as { code?: string; message?: string };
  const [, option] = /'(-[^' ]*)'/.exec(message) ?? [];
  if (code !== 'ERR_PARSE_ARGS_UNKNOWN_OPTION' || option === undefined) return message;
  const names = Object.keys(command.options).map((name) => `--${name}`);
  const hint = didYouMean(option, names);
  // `-my-lora.safetensors` is read as a row of short options.
  const isFile = hint === '' && !option.startsWith('--');
  return `there is no option ${option}. ${isFile ? 'Before a file whose name begins with a dash, write --.' : hint}`.trimEnd();
}

/** `--seed -1` becomes `--seed=-1`: `parseArgs` takes a value that begins with a dash for another option. */
function joinNegativeNumbers(command: Command, args: readonly string[]): string[] {
  const joined: string[] = [];
  for (const arg of args) {
    const option = joined.at(-1);
    if (/^-\d/.test(arg) && option?.startsWith('--') && command.options[option.slice(2)]?.type === 'string')
      joined[joined.length - 1] = `${option}=${arg}`;
    else joined.push(arg);
  }
  return joined;
}

/** The option's value as a whole number within limits; throws `UsageError` otherwise. */
export function wholeNumber(
  invocation: Invocation,
  name: string,
  least: number,
  most: number,
): number | undefined {
  const text = invocation.text(name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^-?\d+$/.test(text) || value < least || value > most)
    throw new UsageError(
      `--${name} takes a whole number ${most < Number.MAX_SAFE_INTEGER ? `from ${least} to ${most}` : `of at least ${least}`}, not "${text}".`,
    );
  return value;
}
