import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { PACKAGE } from './scenario';

export interface Action {
  readonly inputs: Readonly<Record<string, { readonly default: string }>>;
  readonly runs: {
    readonly steps: readonly {
      readonly name?: string;
      readonly run?: string;
      readonly env?: Readonly<Record<string, string>>;
    }[];
  };
}

export interface Hook {
  readonly id: string;
  readonly entry: string;
  readonly files: string;
  readonly pass_filenames?: boolean;
}

const read = (name: string) => parse(readFileSync(path.join(PACKAGE, name), 'utf8'));

export const action: Action = read('action.yml');
export const hooks: readonly Hook[] = read('.pre-commit-hooks.yaml');

export interface Place {
  readonly cwd: string;
  readonly home: string;
  /** Where the action lies. */
  readonly actionPath: string;
}

/** Runs a step of the action as the runner does: inputs as variables, bash with `-eo pipefail`. */
export function runStep(
  name: string,
  inputs: Readonly<Record<string, string>>,
  { cwd, home, actionPath }: Place,
): Promise<{ code: number | null; stdout: string }> {
  const step = action.runs.steps.find((one) => one.name === name);
  const value = (expression: string) =>
    expression
      .replace(
        /\$\{\{ inputs\.([\w-]+) \}\}/g,
        (_, input) => inputs[input] ?? action.inputs[input]?.default ?? '?',
      )
      .replace('${{ github.action_path }}', actionPath);
  // What the step `Install` leaves behind, with the package that is tested.
  const bin = path.join(home, 'sdprompt', 'node_modules', '.bin');
  mkdirSync(bin, { recursive: true });
  const command = path.join(bin, 'sdprompt');
  rmSync(command, { force: true });
  writeFileSync(command, `#!/bin/sh\nexec node "${path.join(actionPath, 'dist/cli.js')}" "$@"\n`, { mode: 0o755 });
  const env = Object.fromEntries(Object.entries(step?.env ?? {}).map(([key, text]) => [key, value(text)]));
  return run('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', step?.run ?? 'exit 9'], {
    cwd,
    env: { PATH: process.env.PATH, HOME: home, RUNNER_TEMP: home, ...env },
  });
}

/** Runs a program with nothing on standard input; standard error is left out. */
export function run(
  program: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<{ code: number | null; stdout: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'ignore'] });
    let stdout = '';
    child.stdout.on('data', (chunk) => (stdout += chunk));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout }));
  });
}
