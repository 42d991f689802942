import { stat } from 'node:fs/promises';
import path from 'node:path';
import { glob } from 'tinyglobby';
import type { Project } from '../workspace/project';
import type { Io } from './io';

export interface FoundFiles {
  /** Absolute paths, sorted, each once. */
  readonly files: readonly string[];
  /** Arguments that matched nothing. */
  readonly unmatched: readonly string[];
  /** Files named one by one that are ignored. */
  readonly ignored: readonly string[];
}

/**
 * Expands the arguments of a command: files as they are, folders into their prompt files, the rest as globs with `/` on
 * every system. Without arguments the current folder counts.
 */
export async function findFiles(io: Io, project: Project, args: readonly string[]): Promise<FoundFiles> {
  const files = new Set<string>();
  const unmatched: string[] = [];
  const ignored: string[] = [];
  for (const arg of args.length > 0 ? args : ['.']) {
    const absolute = path.resolve(io.cwd, arg);
    const kind = await stat(absolute).catch(() => undefined);
    if (kind?.isDirectory()) {
      for (const file of await project.promptFiles(absolute)) files.add(file);
    } else if (kind?.isFile()) {
      if (await project.isIgnored(absolute)) ignored.push(arg);
      else files.add(absolute);
    } else {
      const matches = await glob(arg.replaceAll('\\', '/'), {
        cwd: io.cwd,
        absolute: true,
        dot: false,
        ignore: ['**/node_modules/**', '**/.git/**'],
      });
      for (const file of matches) if (!(await project.isIgnored(file))) files.add(path.normalize(file));
      if (matches.length === 0) unmatched.push(arg);
    }
  }
  return { files: [...files].sort(), unmatched, ignored };
}

/** Says which arguments were left out and which matched nothing; false after the latter. */
export function reportFound(io: Io, { ignored, unmatched }: FoundFiles): boolean {
  for (const arg of ignored)
    io.stderr.write(
      `sdprompt: ${arg} is ignored by the configuration, .sdpromptignore or .gitignore; it was left out.\n`,
    );
  if (unmatched.length === 0) return true;
  io.stderr.write(
    `sdprompt: no file matches ${unmatched.join(', ')}.\n  Name .sdprompt files, folders that hold some, or globs.\n`,
  );
  return false;
}
