import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { checkpointOf } from '../../scripts/checkpoint/convert';

export const PACKAGE = path.resolve(import.meta.dirname, '../..');
export const CLI = path.join(PACKAGE, 'dist/cli.js');

/** A scenario folder: `scenario.json`, the input tree `files/`, `stdout.txt`, `stderr.txt`, results in `after/`. */
export interface Scenario {
  readonly description: string;
  readonly args: readonly string[];
  readonly exitCode: number;
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Folder of the tree to run in. */
  readonly cwd?: string;
  /** Files of this repository to copy into the tree: target → source. */
  readonly copy?: Readonly<Record<string, string>>;
  /** Checkpoints of the built-in model to write: target → type of their weights. */
  readonly checkpoints?: Readonly<Record<string, 'F16' | 'F32'>>;
  /** Files whose line ends, byte order mark or name a checkout could change: target → text. */
  readonly write?: Readonly<Record<string, string>>;
  /** Files that are no text: target → base64. */
  readonly base64?: Readonly<Record<string, string>>;
  /** Commands run before, each of which must end with 0 or 1. */
  readonly before?: readonly (readonly string[])[];
  /** Files to delete after those commands. */
  readonly remove?: readonly string[];
  /** Files that must afterwards be byte for byte as under `after/`. */
  readonly after?: readonly string[];
  /** False: standard error has times in it and is not compared. */
  readonly stderr?: boolean;
}

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the packaged command line in a folder, with no setting of this machine but the path. */
export function runCli(
  cwd: string,
  args: readonly string[],
  { stdin = '', env = {} }: { readonly stdin?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Outcome> {
  const home = path.join(path.dirname(cwd), 'home');
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [CLI, ...args], {
      cwd,
      env: {
        PATH: process.env.PATH,
        SystemRoot: process.env.SystemRoot,
        HOME: home,
        USERPROFILE: home,
        XDG_CACHE_HOME: path.join(home, '.cache'),
        ...env,
      },
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk) => out.push(chunk));
    child.stderr.on('data', (chunk) => err.push(chunk));
    child.on('error', reject);
    child.on('close', (code) =>
      resolve({
        code,
        stdout: Buffer.concat(out).toString('utf8'),
        stderr: Buffer.concat(err).toString('utf8'),
      }),
    );
    // A command that does not read its input may be gone before it is written.
    child.stdin.on('error', () => undefined);
    child.stdin.end(stdin);
  });
}

/** A fresh folder `tree` in a temporary one; the caller removes the parent. */
export function temporaryTree(): { readonly root: string; readonly tree: string } {
  const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'sdprompt-cli-')));
  const tree = path.join(root, 'tree');
  mkdirSync(tree);
  mkdirSync(path.join(root, 'home'));
  return { root, tree };
}

/** Lays out a scenario's tree. The `.git` folder ends the search for ignore files and configuration above it. */
export function layOut(folder: string, scenario: Scenario, tree: string): void {
  mkdirSync(path.join(tree, '.git'), { recursive: true });
  const files = path.join(folder, 'files');
  if (existsSync(files)) cpSync(files, tree, { recursive: true });
  const put = (name: string, content: string | Buffer) => {
    const target = path.join(tree, name);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, content);
  };
  for (const [name, source] of Object.entries(scenario.copy ?? {})) {
    mkdirSync(path.dirname(path.join(tree, name)), { recursive: true });
    cpSync(path.join(PACKAGE, source), path.join(tree, name), { recursive: true });
  }
  for (const [name, dtype] of Object.entries(scenario.checkpoints ?? {}))
    put(name, checkpointOf(path.join(PACKAGE, 'media/demo-model'), { dtype, architecture: 'demo' }));
  for (const [name, text] of Object.entries(scenario.write ?? {})) put(name, text);
  for (const [name, data] of Object.entries(scenario.base64 ?? {})) put(name, Buffer.from(data, 'base64'));
}

/** The output with what differs from machine to machine replaced: folders, the version, the files' times. */
export function normalize(text: string, root: string): string {
  const { version } = JSON.parse(readFileSync(path.join(PACKAGE, 'package.json'), 'utf8'));
  return text
    .replaceAll(root, '<TEMP>')
    .replaceAll(PACKAGE, '<PACKAGE>')
    .replaceAll(`sdprompt ${version}`, 'sdprompt <VERSION>')
    .replaceAll(`"version": "${version}"`, '"version": "<VERSION>"')
    .replace(/"modified": \d+/g, '"modified": "<TIME>"')
    .replace(/"bytes": \d+/g, '"bytes": "<SIZE>"')
    .replace(new RegExp(`^${version.replaceAll('.', '\\.')}$`, 'm'), '<VERSION>');
}

/** Runs a scenario from its folder in a tree of its own. */
export async function runScenario(
  folder: string,
  scenario: Scenario,
): Promise<Outcome & { readonly after: Readonly<Record<string, Buffer>> }> {
  const { root, tree } = temporaryTree();
  try {
    layOut(folder, scenario, tree);
    const cwd = path.join(tree, scenario.cwd ?? '.');
    for (const args of scenario.before ?? []) {
      const { code, stderr } = await runCli(cwd, args);
      if (code !== 0 && code !== 1) throw new Error(`${args.join(' ')} ended with ${code}: ${stderr}`);
    }
    for (const name of scenario.remove ?? []) rmSync(path.join(tree, name), { recursive: true });
    const outcome = await runCli(cwd, scenario.args, scenario);
    const after = Object.fromEntries(
      (scenario.after ?? []).map((name) => [name, readFileSync(path.join(tree, name))]),
    );
    return {
      code: outcome.code,
      stdout: normalize(outcome.stdout, root),
      stderr: normalize(outcome.stderr, root),
      after,
    };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** Names of the scenario folders beside this file. */
export function scenarioNames(): string[] {
  return readdirSync(import.meta.dirname, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

export function readScenario(name: string): Scenario {
  return JSON.parse(readFileSync(path.join(import.meta.dirname, name, 'scenario.json'), 'utf8'));
}
