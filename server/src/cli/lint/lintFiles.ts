import { setImmediate } from 'node:timers/promises';
import { fileFindings } from '../../language/rules/run';
import type { Result } from '../../shared/problem';
import type { Project } from '../../workspace/project';
import { printProblem } from '../command';
import { type Io, shownPath } from '../io';
import { packageVersion } from '../packageFiles';
import { readBytesNow } from '../readText';
import type { FileReport, PlacedFinding } from '../report';
import { kindOf, readSource } from '../sources';
import { rewriteWhole } from '../writeWhole';
import { createStateDigest, type LintCache } from './lintCache';
import { lintSource } from './lintSource';
import type { Stats } from './stats';

export interface LintChoice {
  /** Which fixes to apply; undefined: none. */
  readonly fix?: { readonly unsafe: boolean };
  readonly cache?: LintCache;
  readonly stats: Stats;
  /** Absolute paths of the command's arguments. */
  readonly args?: readonly string[];
}

export interface Linted {
  readonly file: FileReport;
  readonly fixed: number;
  /** The text after fixing; of files that are written, nothing. */
  readonly text: string;
}

/** Files between two looks at whether the user has pressed Ctrl+C. */
const FILES_IN_A_ROW = 16;

export interface LintOutcome {
  readonly linted: readonly Linted[];
  /** False: a file could not be read or written, which has been said. */
  readonly isComplete: boolean;
}

/** Checks files one after the other. Undefined when the run was cancelled. */
export async function lintFiles(
  io: Io,
  project: Project,
  files: readonly string[],
  choice: LintChoice,
): Promise<LintOutcome | undefined> {
  const linter = createLinter(io, project, choice);
  const linted: Linted[] = [];
  let isComplete = true;
  for (const [index, file] of files.entries()) {
    if (index % FILES_IN_A_ROW === 0) await setImmediate();
    if (io.signal.aborted) {
      io.stderr.write('Cancelled.\n');
      return undefined;
    }
    const one = await linter(file, () => readBytesNow(file, shownPath(io, file)));
    // Nobody asks for the text again, and thousands of them are a burden.
    if (one) linted.push(one.text === '' ? one : { ...one, text: '' });
    isComplete = one !== undefined && (await writeFixed(io, file, one, choice.args)) && isComplete;
  }
  const problem = await choice.cache?.save();
  // A cache that cannot be kept costs time and nothing else.
  if (problem) printProblem(io, problem);
  return { linted, isComplete };
}

/** Writes a file that was fixed; false, after saying so, where that is not possible. */
async function writeFixed(
  io: Io,
  file: string,
  { file: { path }, fixed, text }: Linted,
  args: readonly string[] | undefined,
): Promise<boolean> {
  if (fixed === 0) return true;
  const written = await rewriteWhole(file, text, path, args);
  if (!written.ok) printProblem(io, written.problem);
  return written.ok;
}

/** Checks one text that has a name but need not be a file. */
export async function lintStdin(
  io: Io,
  project: Project,
  file: string,
  bytes: Uint8Array,
  choice: LintChoice,
): Promise<LintOutcome> {
  const linted = await createLinter(io, project, choice)(file, () => ({ ok: true, value: bytes }));
  return { linted: linted ? [linted] : [], isComplete: linted !== undefined };
}

function createLinter(io: Io, project: Project, { fix, cache, stats }: LintChoice) {
  const digest = createStateDigest(packageVersion());
  // With --fix a file that has something to fix is looked at again.
  const isDone = (findings: readonly PlacedFinding[] | undefined): findings is readonly PlacedFinding[] =>
    findings !== undefined && !(fix && findings.some(({ fixes }) => fixes?.length));
  return async (file: string, read: () => Result<Uint8Array>): Promise<Linted | undefined> => {
    const shown = shownPath(io, file);
    const configuration = await project.configurationFor(file);
    const kind = kindOf(file, configuration.wildcardPaths);
    const state = cache && `${digest(await project.environmentFor(file), configuration.rules)} ${kind}`;
    if (stats.files === 0) stats.setup = performance.now() - stats.started;
    const count = (bytes: number) => {
      stats.files++;
      stats.bytes += bytes;
    };
    const cached = (findings: readonly PlacedFinding[]): Linted => {
      stats.cached++;
      return { file: { path: shown, findings }, fixed: 0, text: '' };
    };
    const untouched = state === undefined ? undefined : cache?.untouched(file, state);
    if (untouched && isDone(untouched.findings)) {
      count(untouched.bytes);
      return cached(untouched.findings);
    }
    const content = read();
    if (!content.ok) {
      printProblem(io, content.problem);
      return undefined;
    }
    const bytes = content.value;
    count(bytes.length);
    const known = state === undefined ? undefined : cache?.get(file, state, bytes);
    if (isDone(known)) return cached(known);
    const source = readSource(shown, bytes, kind);
    if (!source.ok) {
      printProblem(io, source.problem);
      return undefined;
    }
    stats.prompts += source.value.parts.length;
    const result = lintSource(
      source.value,
      await project.linterFor(file),
      fix,
      (text) => {
        const again = readSource(shown, Buffer.from(text), kind);
        return again.ok ? again.value : source.value;
      },
      (found, length) => fileFindings(found, length, configuration.rules),
    );
    if (state !== undefined && result.fixed === 0) cache?.set(file, state, bytes, result.findings);
    return { file: { path: shown, findings: result.findings }, fixed: result.fixed, text: result.text };
  };
}
